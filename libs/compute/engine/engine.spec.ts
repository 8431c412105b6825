import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { alsHalfSweep } from '../als-half-sweep/kernel.js';
import { randomCsr, randomVector } from '../random/random-csr.js';
import { invertSymmetric } from '../symmetric-inverse/kernel.js';
import { everyEngine } from './every-engine.js';

describe.each(everyEngine)('engine %s', (_name, engine) => {
  /** Some seconds of work. */
  function longSweep() {
    const [rows, columns, dimensions] = [60_000, 2_000, 128];
    const interactions = randomCsr(300, columns, 0.2, 1);
    const repeat = rows / 300;
    const length = interactions.indices.length;
    const indices = new Uint32Array(length * repeat);
    const offsets = new Uint32Array(rows + 1);
    for (let copy = 0; copy < repeat; copy++) {
      indices.set(interactions.indices, copy * length);
      for (let row = 0; row < 300; row++)
        offsets[copy * 300 + row + 1] = copy * length + interactions.offsets[row + 1]!;
    }
    return {
      interactions: { rows, columns, offsets, indices, values: null },
      dimensions,
      solved: new Float32Array(rows * dimensions),
      fixed: randomVector(columns * dimensions, 2),
      unobservedWeight: 0.1,
      regularization: 1,
      regularizationExponent: 0,
    };
  }

  it('ends a run that is aborted long before it is done, with its reason, and reports progress until then', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled by the customer');
    const seen: number[] = [];
    const run = alsHalfSweep(
      engine,
      longSweep(),
      { method: 'cholesky' },
      {
        signal: controller.signal,
        onProgress: (fraction) => {
          seen.push(fraction);
          if (seen.length === 4) controller.abort(reason);
        },
      },
    );
    await expect(run).rejects.toBe(reason);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBeLessThan(0.5);
  });

  it('does not start a run whose signal is aborted already', async () => {
    const size = 3;
    const matrix = Float32Array.of(2, 0, 0, 0, 2, 0, 0, 0, 2);
    const reason = new Error('too late');
    await expect(invertSymmetric(engine, matrix, size, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(matrix[0]).toBe(2);
  });

  it('never blocks the event loop', async () => {
    const controller = new AbortController();
    const run = alsHalfSweep(engine, longSweep(), { method: 'cholesky' }, { signal: controller.signal });
    run.catch(() => undefined);
    await sleep(100);
    const before = performance.eventLoopUtilization();
    await sleep(200);
    const { utilization } = performance.eventLoopUtilization(before);
    controller.abort();
    await run.catch(() => undefined);
    expect(utilization).toBeLessThan(0.5);
  });

  it('serves many runs at once', async () => {
    const runs = Array.from({ length: 20 }, async (_, i) => {
      const matrix = Float32Array.of(i + 1, 0, 0, i + 1);
      await invertSymmetric(engine, matrix, 2);
      return matrix[0];
    });
    (await Promise.all(runs)).forEach((value, i) => expect(value).toBeCloseTo(1 / (i + 1), 6));
  });

  it('says which kernel it lacks', async () => {
    await expect(engine.run('no_such_kernel', [], { pieces: 1 })).rejects.toThrow();
  });

  it('gives memory back and hands it out again, zeroed', async () => {
    for (let round = 0; round < 50; round++) {
      const array = engine.float32(4 * 2 ** 20);
      expect(array[0]! + array[array.length - 1]!).toBe(0);
      array.fill(1);
      engine.release(array);
    }
  });
});
