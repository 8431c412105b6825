import type { Engine, RunOptions } from '../../../compute/engine/engine.js';
import { Random } from '../../../compute/random/kernel.js';
import type { FittedModel } from '../fitted-model.js';
import { batchUsers, scoreUsers } from '../scoring.js';
import { drawRanks, type UserMetric } from './metrics.js';

/** One positive item of a user and the given items that it is ranked among. */
export interface SampledQuestion {
  user: number;
  positive: number;
  negatives: Uint32Array;
}

/**
 * Ranks each positive among its given negatives alone (He et al. 2017). Only to reproduce papers: with sampled negatives the
 * better of two models may look worse (Krichene and Rendle 2020).
 */
export async function evaluateSampled(
  engine: Engine,
  model: FittedModel,
  items: number,
  questions: SampledQuestion[],
  metrics: Record<string, UserMetric>,
  { seed, ...options }: RunOptions & { seed: number },
): Promise<Record<string, Float64Array>> {
  const perUser = Object.fromEntries(Object.keys(metrics).map((name) => [name, new Float64Array(questions.length)]));
  const batch = batchUsers(items);
  const scores = engine.float32(batch * items);
  const random = Random.seeded(seed);
  try {
    for (let start = 0; start < questions.length; start += batch) {
      const some = questions.slice(start, start + batch);
      const users = Uint32Array.from(some, ({ user }) => user);
      await scoreUsers(engine, model, users, scores.subarray(0, some.length * items), options);
      some.forEach((question, row) => {
        const ranks = rankAmong(question, scores.subarray(row * items, (row + 1) * items), random);
        const candidates = question.negatives.length + 1;
        for (const [name, metric] of Object.entries(metrics))
          perUser[name][start + row] = metric({ ranks, candidates });
      });
    }
  } finally {
    engine.release(scores);
  }
  return perUser;
}

function rankAmong({ positive, negatives }: SampledQuestion, scores: Float32Array, random: Random): Uint32Array {
  const level = scores[positive];
  const above = negatives.reduce((count, item) => count + (scores[item] > level ? 1 : 0), 0);
  const tied = negatives.reduce((count, item) => count + (scores[item] === level ? 1 : 0), 0);
  return drawRanks(Uint32Array.of(above), Uint32Array.of(tied), random);
}
