import { beforeAll, describe, expect, it } from 'vitest';
import type { Trainer, TrainedVersion, TrainerOptions } from '../family.js';
import type { RecommenderInput } from './input.js';
import { sharedEngine } from '../engine.js';
import { recommendation } from '../tasks/recommendation/task.js';
import { recommenderManifest } from './manifest.js';
import { loadPredictor } from '../predictors.js';
import { ArtifactError } from '../safetensors.js';
import { createRecommenderTrainer } from './trainer.js';

/** What a recipe promises on the checkerboard. */
export interface RankingConformance {
  recipe: string;
  /** Settings that are quick on 120 × 120. */
  settings: Record<string, unknown>;
  /** Least recall@20 on what the recipe holds out of {@link checkerboard}; popularity reaches about 0.3. */
  recallFloor: number;
  /** What a recipe needs next to the pairs. */
  changes?: Partial<RecommenderInput>;
}

const SIDE = 120;

/**
 * Users and items of two colours; a user touched every item of the own colour but one, `item-u` for `user-u`. So the right
 * answer is known by eye: the missing item. Every item is equally popular.
 */
export function checkerboard(): RecommenderInput {
  const cells = Array.from({ length: SIDE * SIDE }, (_, cell) => [Math.floor(cell / SIDE), cell % SIDE]);
  const touched = cells.filter(([user, item]) => user % 2 === item % 2 && user !== item);
  return {
    userIds: Array.from({ length: SIDE }, (_, user) => `user-${user}`),
    itemIds: Array.from({ length: SIDE }, (_, item) => `item-${item}`),
    users: Uint32Array.from(touched, ([user]) => user),
    items: Uint32Array.from(touched, ([, item]) => item),
    values: null,
    timestamps: null,
    eventTypes: null,
    userAttributes: Array.from({ length: SIDE }, () => null),
    itemAttributes: Array.from({ length: SIDE }, (_, item) => (item === 0 ? { colour: 'black' } : null)),
  };
}

/** The guarantees that every recipe of the ranking task gives; each family's spec calls this once per recipe. */
export function describeRankingConformance(conformance: RankingConformance): void {
  const { recipe, settings, recallFloor } = conformance;
  const input = { ...checkerboard(), ...conformance.changes };
  const start = async (changes: Partial<TrainerOptions> = {}) =>
    createRecommenderTrainer(input, { recipe, settings, seed: 1, engine: await sharedEngine(), ...changes });

  describe(`recommender/${recipe} conforms to the task of recommendation`, () => {
    let trained: TrainedVersion;
    beforeAll(async () => {
      trained = await runToEnd(await start());
    });

    it('declares the recipe, every metric it reports, and defaults for every setting', () => {
      expect(recommenderManifest.task).toBe('recommendation');
      expect(Object.keys(recommendation.metrics)).toEqual(expect.arrayContaining(Object.keys(trained.result.values)));
      expect(Object.keys(trained.result.baselines['popularity']!)).toEqual(Object.keys(trained.result.values));
      const entry = Object.entries(recommenderManifest.recipes).find(([key]) => key === recipe);
      expect(entry?.[1].settings.safeParse({}).success).toBe(true);
    });

    it('gives the same artifact and metrics for the same seed', async () => {
      const again = await runToEnd(await start());
      expect(Buffer.compare(again.artifact, trained.artifact)).toBe(0);
      expect(again.result).toEqual(trained.result);
    });

    it('reports progress that never falls and stays within 0..1', async () => {
      const trainer = await start();
      let last = 0;
      while (!trainer.done) {
        const { progress } = await trainer.epoch();
        expect(progress).toBeGreaterThanOrEqual(last);
        expect(progress).toBeLessThanOrEqual(1);
        last = progress;
      }
    });

    it('goes on from a checkpoint, taken anywhere, to the same artifact and metrics', async () => {
      const steps = await countSteps(await start());
      for (const share of [0.25, 0.5, 0.8]) {
        const interrupted = await start();
        for (let step = 0; step < Math.floor(share * steps) && !interrupted.done; step++) await interrupted.epoch();
        const checkpoint = await interrupted.checkpoint();
        const again = await runToEnd(await start(checkpoint ? { checkpoint } : {}));
        expect(Buffer.compare(again.artifact, trained.artifact)).toBe(0);
        expect(again.result).toEqual(trained.result);
      }
    });

    it('keeps what was measured while the last fit goes on, so that no later attempt measures it again', async () => {
      const trainer = await start();
      let { phase } = await trainer.epoch();
      while (!trainer.done && phase !== 'refitting') ({ phase } = await trainer.epoch());
      // Some fits are through before anyone could ask.
      if (trainer.done) return;
      const checkpoint = await trainer.checkpoint();
      expect(checkpoint).not.toBeNull();
      const again = await start({ checkpoint: checkpoint! });
      const phases: string[] = [];
      while (!again.done) phases.push((await again.epoch()).phase);
      expect(phases).not.toContain('evaluating');
    });

    it('refuses the checkpoint of another job', async () => {
      const steps = await countSteps(await start());
      const other = await start({ seed: 2 });
      for (let step = 0; step < Math.floor(0.8 * steps) && !other.done; step++) await other.epoch();
      const checkpoint = await other.checkpoint();
      if (checkpoint) await expect(start({ checkpoint })).rejects.toThrow(ArtifactError);
    });

    it('refuses to go on after the end and to finish before it', async () => {
      await expect((await start()).finalize()).rejects.toThrow();
      const trainer = await start();
      while (!trainer.done) await trainer.epoch();
      await expect(trainer.epoch()).rejects.toThrow();
    });

    it('reaches the quality floor on the checkerboard', () => {
      expect(trained.result.evaluated).toEqual({ of: 'users', count: SIDE });
      expect(trained.result.baselines['popularity']!['recall@20']).toBeLessThan(0.4);
      expect(trained.result.values['recall@20']).toBeGreaterThanOrEqual(recallFloor);
    });

    it("stops with the abort signal's reason", async () => {
      const controller = new AbortController();
      const trainer = await start({ signal: controller.signal });
      await trainer.epoch();
      const reason = new Error('cancelled by the customer');
      controller.abort(reason);
      await expect(trainer.epoch()).rejects.toBe(reason);
    });

    it('answers from the artifact alone, with ranks from 1, falling scores and attributes where known', async () => {
      const predictor = await loadPredictor('recommender', trained.artifact);
      expect(predictor.byteLength).toBeGreaterThanOrEqual(trained.artifact.byteLength);
      const { items } = await predictor.recommendations({ userId: 'user-2', limit: SIDE, excludeSeen: false });
      expect(new Set(items.map(({ itemId }) => itemId)).size).toBe(SIDE);
      items.forEach(({ rank, score, itemId, attributes }, position) => {
        expect(rank).toBe(position + 1);
        if (position > 0) expect(score).toBeLessThanOrEqual(items[position - 1].score);
        expect(attributes).toEqual(itemId === 'item-0' ? { colour: 'black' } : undefined);
      });
    });

    it('answers the same from a copy of the artifact at any address in memory', async () => {
      const shifted = Buffer.concat([Buffer.of(0), trained.artifact]).subarray(1);
      const request = { userId: 'user-5', limit: 10, excludeSeen: true };
      const [answer, other] = await Promise.all(
        [trained.artifact, shifted].map(async (bytes) =>
          (await loadPredictor('recommender', bytes)).recommendations(request),
        ),
      );
      expect(other).toEqual(answer);
    });

    it('falls back to popularity for an unknown user and names the source', async () => {
      const predictor = await loadPredictor('recommender', trained.artifact);
      const unknown = await predictor.recommendations({ userId: 'nobody', limit: 5, excludeSeen: true });
      const known = await predictor.recommendations({ userId: 'user-0', limit: 5, excludeSeen: true });
      expect(unknown.source).toBe('popularity');
      expect(unknown.items).toHaveLength(5);
      expect(known.fallbackReason).toBeUndefined();
      expect(unknown.fallbackReason).toBe(known.source === 'model' ? 'unknown_user' : undefined);
    });

    it('leaves out what the user has seen only when asked, and honours the limit', async () => {
      const predictor = await loadPredictor('recommender', trained.artifact);
      const seen = new Set<string>();
      input.users.forEach((user, i) => user === 3 && seen.add(input.itemIds[input.items[i]]));
      const ask = async (limit: number, excludeSeen: boolean) => {
        const { items } = await predictor.recommendations({ userId: 'user-3', limit, excludeSeen });
        return items.map(({ itemId }) => itemId);
      };
      const unseen = await ask(SIDE, true);
      expect(unseen).toHaveLength(SIDE - seen.size);
      expect(unseen.some((item) => seen.has(item))).toBe(false);
      expect(await ask(SIDE, false)).toHaveLength(SIDE);
      expect(await ask(7, true)).toEqual(unseen.slice(0, 7));
      expect(await ask(0, true)).toEqual([]);
    });
  });
}

async function countSteps(trainer: Trainer): Promise<number> {
  let steps = 0;
  for (; !trainer.done; steps++) await trainer.epoch();
  return steps;
}

/** Runs every step and returns the version that the job makes. */
export async function runToEnd(trainer: Trainer): Promise<TrainedVersion> {
  while (!trainer.done) await trainer.epoch();
  const { versions } = await trainer.finalize();
  expect(versions).toHaveLength(1);
  return versions[0]!;
}
