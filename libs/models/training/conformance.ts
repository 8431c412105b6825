import { beforeAll, describe, expect, it } from 'vitest';
import type { TrainedVersion, Trainer, TrainerOptions } from '../family.js';
import { ArtifactError } from '../safetensors.js';

/** Starts the same job each time, but for the changes; it must take a few steps at least. */
export type Start = (changes?: Partial<TrainerOptions>) => Promise<Trainer>;

/** What every trainer of any family promises; each family's spec calls this once for each of its recipes. */
export function describeTrainerConformance(name: string, start: Start): void {
  describe(`${name} conforms to what is asked of every trainer`, () => {
    let trained: TrainedVersion;
    beforeAll(async () => {
      trained = await runToEnd(await start());
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

    it("stops with the abort signal's reason", async () => {
      const controller = new AbortController();
      const trainer = await start({ signal: controller.signal });
      await trainer.epoch();
      const reason = new Error('cancelled by the customer');
      controller.abort(reason);
      await expect(trainer.epoch()).rejects.toBe(reason);
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
