import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainedVersion, Trainer, TrainerOptions } from '../family.js';
import { ArtifactError } from '../safetensors.js';

/** Starts the same job each time, but for the changes; it must take a few steps at least. */
export type Start = (changes?: Partial<TrainerOptions>) => Promise<Trainer>;

/** What every trainer of any family promises; each family's spec calls this once for each of its recipes. */
export function describeTrainerConformance(name: string, start: Start): void {
  describe(`${name} conforms to what is asked of every trainer`, () => {
    let ended: Trainer;
    let trained: TrainedVersion;
    /** After each step. */
    const progress: number[] = [];
    beforeAll(async () => {
      ended = await start();
      while (!ended.done) progress.push((await ended.epoch()).progress);
      trained = await versionOf(ended);
    });

    it('gives the same artifact and metrics for the same seed', async () => {
      const again = await runToEnd(await start());
      expect(Buffer.compare(again.artifact, trained.artifact)).toBe(0);
      expect(again.result).toEqual(trained.result);
    });

    it('reports progress that never falls and stays within 0..1', () => {
      expect(progress).toEqual(progress.toSorted((a, b) => a - b));
      expect(progress[0]).toBeGreaterThanOrEqual(0);
      expect(progress.at(-1)).toBeLessThanOrEqual(1);
    });

    it('goes on from a checkpoint, taken anywhere, to the same artifact and metrics', async () => {
      for (const share of [0.25, 0.5, 0.8]) {
        const interrupted = await start();
        await runUntil(interrupted, share);
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
      const other = await start({ seed: 2 });
      await runUntil(other, 0.8);
      const checkpoint = await other.checkpoint();
      if (checkpoint) await expect(start({ checkpoint })).rejects.toThrow(ArtifactError);
    });

    it('refuses to go on after the end and to finish before it', async () => {
      await expect((await start()).finalize()).rejects.toThrow();
      await expect(ended.epoch()).rejects.toThrow();
    });

    it("stops with the abort signal's reason", async () => {
      const controller = new AbortController();
      const trainer = await start({ signal: controller.signal });
      await trainer.epoch();
      const reason = new Error('cancelled by the customer');
      controller.abort(reason);
      await expect(trainer.epoch()).rejects.toBe(reason);
    });

    /** Takes a share of the steps that the whole takes. */
    async function runUntil(trainer: Trainer, share: number): Promise<void> {
      const steps = Math.floor(share * progress.length);
      for (let step = 0; step < steps && !trainer.done; step++) await trainer.epoch();
    }
  });
}

/** Runs every step and returns the version that the job makes. */
export async function runToEnd(trainer: Trainer): Promise<TrainedVersion> {
  while (!trainer.done) await trainer.epoch();
  return versionOf(trainer);
}

async function versionOf(ended: Trainer): Promise<TrainedVersion> {
  const { versions } = await ended.finalize();
  expect(versions).toHaveLength(1);
  return versions[0]!;
}
