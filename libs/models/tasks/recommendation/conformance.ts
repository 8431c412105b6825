import { beforeAll, describe, expect, it } from 'vitest';
import type { Predictor } from '../tasks.js';
import { checkerboard, DESCRIBED, SIDE } from './checkerboard.js';
import { recommendation } from './task.js';

/** What a family of recommenders shows of a model that it trained on the interactions of {@link checkerboard}. */
export interface RecommendationConformance {
  name: string;
  train: () => Promise<{ artifact: Uint8Array<ArrayBuffer>; result: Measured }>;
  load: (artifact: Uint8Array) => Promise<Predictor<'recommendation'>>;
  /** Least recall@20 on what is held out; popularity reaches about 0.3. */
  recallFloor: number;
}

interface Measured {
  values: Record<string, number>;
  baselines: Record<string, Record<string, number>>;
  evaluated: { of: string; count: number };
}

/** What every model of this task promises, of whatever family; a family's spec calls this once for each of its recipes. */
export function describeRecommendationConformance({ name, train, load, recallFloor }: RecommendationConformance): void {
  const { itemIds, touched } = checkerboard();

  describe(`${name} conforms to the task of recommendation`, () => {
    let artifact: Uint8Array<ArrayBuffer>;
    let result: Measured;
    let recommendations: NonNullable<Predictor<'recommendation'>['recommendations']>;
    let byteLength: number;
    const answersOf = async (bytes: Uint8Array) => {
      const predictor = await load(bytes);
      return predictor.recommendations!.bind(predictor);
    };
    beforeAll(async () => {
      ({ artifact, result } = await train());
      ({ byteLength } = await load(artifact));
      recommendations = await answersOf(artifact);
    });

    it('is measured by metrics of the task, with every baseline next to each', () => {
      const names = Object.keys(result.values);
      expect(names).toContain(recommendation.verdictBy);
      expect(Object.keys(recommendation.metrics)).toEqual(expect.arrayContaining(names));
      expect(Object.keys(result.baselines)).toEqual(recommendation.baselines);
      for (const baseline of Object.values(result.baselines)) expect(Object.keys(baseline)).toEqual(names);
    });

    it('reaches the quality floor on the checkerboard', () => {
      expect(result.evaluated).toEqual({ of: 'users', count: SIDE });
      expect(result.baselines['popularity']!['recall@20']).toBeLessThan(0.4);
      expect(result.values['recall@20']).toBeGreaterThanOrEqual(recallFloor);
    });

    it('answers from the artifact alone, with ranks from 1, falling scores and attributes where known', async () => {
      expect(byteLength).toBeGreaterThanOrEqual(artifact.byteLength);
      const { items } = await recommendations({
        userId: 'user-2',
        limit: SIDE,
        excludeSeen: false,
        personalized: true,
      });
      expect(new Set(items.map(({ itemId }) => itemId)).size).toBe(SIDE);
      items.forEach(({ rank, score, itemId, attributes }, position) => {
        expect(rank).toBe(position + 1);
        if (position > 0) expect(score).toBeLessThanOrEqual(items[position - 1]!.score);
        expect(attributes).toEqual(itemId === DESCRIBED.itemId ? DESCRIBED.attributes : undefined);
      });
    });

    it('answers the same from a copy of the artifact at any address in memory', async () => {
      const shifted = Buffer.concat([Buffer.of(0), artifact]).subarray(1);
      const request = { userId: 'user-5', limit: 10, excludeSeen: true, personalized: true };
      expect(await (await answersOf(shifted))(request)).toEqual(await recommendations(request));
    });

    it('falls back to popularity for an unknown user and names the source', async () => {
      const request = { limit: 5, excludeSeen: true, personalized: true };
      const unknown = await recommendations({ userId: 'nobody', ...request });
      const known = await recommendations({ userId: 'user-0', ...request });
      expect(unknown.source).toBe('popularity');
      expect(unknown.items).toHaveLength(5);
      expect(known.fallbackReason).toBeUndefined();
      expect(unknown.fallbackReason).toBe(known.source === 'model' ? 'unknown_user' : undefined);
    });

    it('leaves out what the user has seen only when asked, and honours the limit', async () => {
      const seen = new Set(touched.filter(([user]) => user === 3).map(([, item]) => itemIds[item]));
      const ask = async (limit: number, excludeSeen: boolean) => {
        const { items } = await recommendations({ userId: 'user-3', limit, excludeSeen, personalized: true });
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
