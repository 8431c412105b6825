import fc from 'fast-check';
import { Random } from '../random/kernel.js';
import { randomVector } from '../random/random-csr.js';
import type { EmbeddingStep } from './reference.js';

/** For specs: small batches with repeats, both objectives, both kinds of Adam. */
export const stepShapes = fc.record({
  users: fc.integer({ min: 1, max: 60 }),
  items: fc.integer({ min: 2, max: 40 }),
  batch: fc.integer({ min: 1, max: 100 }),
  blocks: fc.integer({ min: 1, max: 5 }),
  kind: fc.constantFrom('rating' as const, 'pairwise' as const),
  adam: fc.constantFrom('lazy' as const, 'dense' as const),
  seed: fc.nat(),
});
type StepShape = typeof stepShapes extends fc.Arbitrary<infer T> ? T : never;

/** For specs: the first step over tables drawn by seed, of `16 * blocks` dimensions. */
export function createStep({ users, items, batch, blocks, kind, adam, seed }: StepShape): EmbeddingStep {
  const dimensions = 16 * blocks;
  const random = Random.seeded(seed);
  const ids = (rows: number) => Uint32Array.from({ length: batch }, () => Math.floor(random.uniform() * rows));
  const itemIds = ids(items);
  // A pair of one item has gradients that cancel but for rounding, which Adam would blow up to whole steps.
  const negativeIds = ids(items - 1).map((draw, n) => (itemIds[n] + 1 + draw) % items);
  const table = (rows: number, draw: number) => ({
    values: randomVector(rows * dimensions, seed + draw, 0.5),
    first: new Float32Array(rows * dimensions),
    second: new Float32Array(rows * dimensions),
  });
  const rating = {
    kind: 'rating' as const,
    labels: randomVector(batch, seed + 3),
    head: Float32Array.of(1.5, 0.2),
    headFirst: new Float32Array(2),
    headSecond: new Float32Array(2),
  };
  return {
    users: table(users, 1),
    items: table(items, 2),
    dimensions,
    userIds: ids(users),
    itemIds,
    objective: kind === 'rating' ? rating : { kind, negativeIds },
    step: 1,
    learningRate: 0.01,
    adam,
  };
}

/** Every array that a step updates. */
export function tablesOf({ users, items, objective }: EmbeddingStep): Float32Array[] {
  const head = objective.kind === 'rating' ? [objective.head, objective.headFirst, objective.headSecond] : [];
  return [users, items].flatMap(({ values, first, second }) => [values, first, second]).concat(head);
}
