import { describe, expect, it } from 'vitest';
import { everyEngine } from '../engine/every-engine.js';
import { randomCsr, randomVector } from '../random/random-csr.js';
import { ratingSgdEpoch } from './kernel.js';
import { ratingSgdEpochReference, type RatingSgd } from './reference.js';

function createState(withImplicit: boolean): RatingSgd {
  const dimensions = 20;
  return {
    ratings: randomCsr(30, 50, 0.3, 5, true),
    mean: 1,
    dimensions,
    userBiases: new Float32Array(30),
    itemBiases: new Float32Array(50),
    users: randomVector(30 * dimensions, 1, 0.1),
    items: randomVector(50 * dimensions, 2, 0.1),
    implicitItems: withImplicit ? randomVector(50 * dimensions, 3, 0.1) : null,
    learningRate: 0.02,
    regularization: 0.05,
    seed: 4,
    epoch: 0,
  };
}

describe.each(everyEngine)('ratingSgdEpoch on %s', (_name, engine) => {
  it.each([false, true])('takes the very steps of the reference, implicit term %s', async (withImplicit) => {
    const [state, expected] = [createState(withImplicit), createState(withImplicit)];
    const errors = [];
    for (let epoch = 0; epoch < 4; epoch++) {
      errors.push(await ratingSgdEpoch(engine, { ...state, epoch }));
      expect(errors[epoch]).toBeCloseTo(ratingSgdEpochReference({ ...expected, epoch }), 1);
    }
    expect(errors[3]).toBeLessThan(errors[0]!);
    for (const key of ['userBiases', 'itemBiases', 'users', 'items', 'implicitItems'] as const)
      state[key]?.forEach((value, i) => expect(value).toBeCloseTo(expected[key]![i]!, 4));
  });
});
