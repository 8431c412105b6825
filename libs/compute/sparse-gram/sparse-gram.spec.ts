import { describe, expect, it } from 'vitest';
import { everyEngine } from '../engine/every-engine.js';
import { randomCsr } from '../random/random-csr.js';
import { sparseGram } from './kernel.js';
import { sparseGramReference } from './reference.js';

describe.each(everyEngine)('sparseGram on %s', (_name, engine) => {
  it.each([false, true])('agrees with the reference, values %s', async (withValues) => {
    const matrix = randomCsr(50, 37, 0.2, 11, withValues);
    const gram = await sparseGram(engine, matrix);
    sparseGramReference(matrix).forEach((value, i) => expect(gram[i]).toBeCloseTo(value, 3));
    engine.release(gram);
  });
});
