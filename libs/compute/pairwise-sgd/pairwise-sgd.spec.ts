import { describe, expect, it } from 'vitest';
import { everyEngine } from '../engine/every-engine.js';
import { randomCsr, randomVector } from '../random/random-csr.js';
import { pairwiseSgdEpoch } from './kernel.js';
import { pairwiseSgdEpochReference, type PairwiseSgd } from './reference.js';

function createState(dimensions: number): PairwiseSgd {
  return {
    interactions: randomCsr(40, 60, 0.2, 5),
    dimensions,
    users: randomVector(40 * dimensions, 1, 0.1),
    items: randomVector(60 * dimensions, 2, 0.1),
    learningRate: 0.05,
    regularization: 0.01,
    seed: 77,
    epoch: 0,
  };
}

describe.each(everyEngine)('pairwiseSgdEpoch on %s', (_name, engine) => {
  it.each([16, 20])('takes the very steps of the reference with %i dimensions', async (dimensions) => {
    const [state, expected] = [createState(dimensions), createState(dimensions)];
    for (let epoch = 0; epoch < 3; epoch++) {
      await pairwiseSgdEpoch(engine, { ...state, epoch });
      pairwiseSgdEpochReference({ ...expected, epoch });
    }
    state.users.forEach((value, i) => expect(value).toBeCloseTo(expected.users[i]!, 4));
    state.items.forEach((value, i) => expect(value).toBeCloseTo(expected.items[i]!, 4));
  });

  it('leaves a user with every item and a user without items as they were', async () => {
    const state = createState(16);
    state.interactions = {
      rows: 2,
      columns: 60,
      offsets: Uint32Array.of(0, 60, 60),
      indices: Uint32Array.from({ length: 60 }, (_, i) => i),
      values: null,
    };
    state.users = randomVector(2 * 16, 3);
    const before = state.users.slice();
    await pairwiseSgdEpoch(engine, state);
    expect(state.users).toEqual(before);
  });
});
