import { expect, it } from 'vitest';
import { allFinite } from '../all-finite/kernel.js';
import { transposeCsr } from '../csr/kernel.js';
import { describeOnGpus } from '../gpu/every-gpu.js';
import type { Gpu } from '../gpu/gpu.js';
import { randomCsr, randomVector } from '../random/random-csr.js';
import { relativeError } from '../random/relative-error.js';
import { alsHalfSweepReference } from './reference.js';
import { GpuAls, type AlsFactors, type GpuAlsOptions, type GpuAlsSolver } from './webgpu.js';

const SETTINGS = { unobservedWeight: 0.2, regularization: 0.5, regularizationExponent: 0.5 };
const GRADIENT: GpuAlsSolver = { method: 'conjugate-gradient', steps: 80, tolerance: 1e-6 };
const CHOLESKY: GpuAlsSolver = { method: 'cholesky' };

interface Shape {
  users: number;
  items: number;
  dimensions: number;
  density?: number;
  isWeighted?: boolean;
}

function createProblem({ users, items, dimensions, density = 0.1, isWeighted = true }: Shape) {
  return {
    interactions: randomCsr(users, items, density, 5, isWeighted),
    factors: { users: randomVector(users * dimensions, 6, 0.25), items: randomVector(items * dimensions, 7, 0.25) },
  };
}

/** One sweep of each side. */
async function runSweeps(gpu: Gpu, shape: Shape, solver: GpuAlsSolver, options: Partial<GpuAlsOptions> = {}) {
  const { interactions, factors } = createProblem(shape);
  const { dimensions } = shape;
  const als = await GpuAls.create(gpu, interactions, factors, { ...SETTINGS, dimensions, ...options });
  await als.sweep('users', solver);
  await als.sweep('items', solver);
  const solved = await als.read();
  als.release();
  return solved;
}

/** How far both tables are from the exact solutions for what they were solved from. */
function errorsOf(shape: Shape, { users, items }: AlsFactors): number[] {
  const { interactions, factors } = createProblem(shape);
  const settings = { ...SETTINGS, dimensions: shape.dimensions };
  const expected = { users: new Float32Array(users.length), items: new Float32Array(items.length) };
  alsHalfSweepReference({ interactions, solved: expected.users, fixed: factors.items, ...settings });
  const transposed = transposeCsr(interactions);
  alsHalfSweepReference({ interactions: transposed, solved: expected.items, fixed: users, ...settings });
  return [relativeError(users, expected.users), relativeError(items, expected.items)];
}

describeOnGpus('GpuAls', (gpu) => {
  it.each<[string, Shape, GpuAlsSolver, Partial<GpuAlsOptions>]>([
    ['conjugate gradient', { users: 50, items: 70, dimensions: 32 }, GRADIENT, {}],
    ['conjugate gradient without weights', { users: 9, items: 70, dimensions: 32, isWeighted: false }, GRADIENT, {}],
    ['Cholesky', { users: 50, items: 70, dimensions: 32 }, CHOLESKY, {}],
    ['Cholesky where it fits', { users: 9, items: 20, dimensions: 48 }, CHOLESKY, {}],
    [
      'rows of more entries than a segment',
      { users: 9, items: 200, dimensions: 32, density: 0.4 },
      GRADIENT,
      { longRow: 50 },
    ],
    ['tables over several shards', { users: 20, items: 1_100, dimensions: 32, density: 0.02 }, GRADIENT, {}],
    ['interactions over several buffers', { users: 90, items: 150, dimensions: 32, density: 0.7 }, GRADIENT, {}],
    ['256 dimensions, which no Cholesky takes', { users: 3, items: 20, dimensions: 256 }, CHOLESKY, {}],
  ])('reaches the exact solution to 2e-5 by %s', async (_case, shape, solver, options) => {
    if (shape.dimensions ** 2 * 4 > gpu.limits.maxStorageBufferBindingSize) return;
    const solved = await runSweeps(gpu, shape, solver, options);
    expect(Math.max(...errorsOf(shape, solved))).toBeLessThan(2e-5);
  });

  it('is within 2e-3 with factors stored as f16', async () => {
    const shape = { users: 40, items: 70, dimensions: 32 };
    const solved = await runSweeps(gpu, shape, GRADIENT, { storage: 'f16' });
    expect(Math.max(...errorsOf(shape, solved))).toBeLessThan(2e-3);
  });

  it('gives the same bytes twice', async () => {
    const shape = { users: 30, items: 100, dimensions: 32, density: 0.3 };
    const solver: GpuAlsSolver = { method: 'conjugate-gradient', steps: 10, tolerance: 1e-6 };
    const first = await runSweeps(gpu, shape, solver, { longRow: 20 });
    expect(await runSweeps(gpu, shape, solver, { longRow: 20 })).toEqual(first);
  });

  it('leaves a row without entries at zero, and stays finite whatever the scale of the factors', async () => {
    for (const scale of [0, 1e-30, 1e-12, 1e4]) {
      const { interactions, factors } = createProblem({ users: 5, items: 60, dimensions: 32, density: 0.02 });
      for (const table of [factors.users, factors.items]) table.forEach((value, i) => (table[i] = scale * value));
      for (const solver of [GRADIENT, CHOLESKY]) {
        const als = await GpuAls.create(gpu, interactions, factors, { ...SETTINGS, dimensions: 32 });
        await als.sweep('users', solver);
        const { users } = await als.read();
        expect(allFinite(users)).toBe(true);
        interactions.offsets.forEach((offset, row) => {
          if (offset !== interactions.offsets[row + 1]) return;
          expect(users.subarray(row * 32, (row + 1) * 32).every((value) => value === 0)).toBe(true);
        });
        als.release();
      }
    }
  });

  it('ends between two submissions on an abort', async () => {
    const { interactions, factors } = createProblem({ users: 900, items: 20, dimensions: 32 });
    const als = await GpuAls.create(gpu, interactions, factors, { ...SETTINGS, dimensions: 32 });
    const aborter = new AbortController();
    const heard: number[] = [];
    const onProgress = (share: number) => {
      heard.push(share);
      aborter.abort();
    };
    const sweep = als.sweep('users', GRADIENT, { signal: aborter.signal, onProgress });
    await expect(sweep).rejects.toThrow('aborted');
    expect(heard).toHaveLength(1);
    als.release();
  });
});
