import { rowIndicesOf, type Csr } from '../../../compute/csr/kernel.js';
import type { Engine, RunOptions } from '../../../compute/engine/engine.js';
import { heldOutRanks } from '../../../compute/held-out-ranks/kernel.js';
import { Random } from '../../../compute/random/kernel.js';
import { topScores } from '../../../compute/top-k/kernel.js';
import type { MetricValues } from '../../family.js';
import type { FittedModel } from '../fitted-model.js';
import { batchUsers, scoreUsers, selectRows } from '../scoring.js';
import { drawRanks, USER_METRICS, type UserMetric, type UserRanks } from './metrics.js';
import { ShownItems } from './shown-items.js';

/** Enough that the standard error of a mean recall stays below 0.005. */
export const EVALUATED_USERS_MAX = 5_000;
const LIST_LENGTH = 20;

/** Who is ranked for, what is to be found, and what is left out of the ranking. */
export interface Question {
  /** Rows of the matrices and of the model; each with at least one held-out item. */
  users: Uint32Array;
  /** `[users, items]` */
  heldOut: Csr;
  /** `[users, items]`, left out of each user's ranking, usually the training items; null ranks the whole catalogue. */
  masked: Csr | null;
  /** `[items]`, users who touched each item in training. */
  popularity: Float32Array;
}

export interface EvaluationOptions extends RunOptions {
  /** Decides between items of the same score. */
  seed: number;
  /** By name; defaults to those of the manifest. */
  metrics?: Record<string, UserMetric>;
  /** Called after each batch with the share done; rejects once the evaluation is to end. */
  report?: (fraction: number) => Promise<void>;
}

export interface Evaluation {
  values: MetricValues;
  /** Metric to `[users]`, in the order of the question's users; of metrics that follow from ranks. */
  perUser: Record<string, Float64Array>;
}

/** Ranks the full catalogue for each user, batch by batch, and measures where the held-out items stand. */
export async function evaluate(
  engine: Engine,
  model: FittedModel,
  question: Question,
  options: EvaluationOptions,
): Promise<Evaluation> {
  const { users, heldOut, popularity } = question;
  const items = heldOut.columns;
  const metrics = options.metrics ?? USER_METRICS;
  const perUser = Object.fromEntries(Object.keys(metrics).map((name) => [name, new Float64Array(users.length)]));
  const shown = new ShownItems(popularity, heldOut.rows);
  const batch = batchUsers(items);
  const scores = engine.float32(batch * items);
  const random = Random.seeded(options.seed);
  try {
    for (let start = 0; start < users.length; start += batch) {
      const some = users.subarray(start, start + batch);
      const ranked = await rankBatch(engine, model, question, some, scores.subarray(0, some.length * items), options);
      ranked.lists.forEach((list) => shown.add(list));
      ranked.draw(random).forEach((user, row) => {
        for (const [name, metric] of Object.entries(metrics)) perUser[name][start + row] = metric(user);
      });
      await options.report?.((start + some.length) / users.length);
    }
  } finally {
    engine.release(scores);
  }
  const means = Object.entries(perUser).map(([name, values]) => [name, meanOf(values)]);
  return { values: { ...Object.fromEntries(means), ...shown.values() }, perUser };
}

async function rankBatch(
  engine: Engine,
  model: FittedModel,
  { heldOut, masked }: Question,
  users: Uint32Array,
  scores: Float32Array,
  { signal }: EvaluationOptions,
) {
  const options = signal ? { signal } : {};
  const items = heldOut.columns;
  const wanted = selectRows(heldOut, users);
  const excluded = masked && selectRows(masked, users);
  await scoreUsers(engine, model, users, scores, options);
  const { above, tied } = await heldOutRanks(engine, scores, wanted, excluded, options);
  const top = await topScores(engine, scores, items, LIST_LENGTH, { excluded, allowed: null }, options);
  const lists = Array.from(users, (_, row) => top.indices.subarray(row * top.limit, row * top.limit + top.counts[row]));
  const draw = (random: Random) =>
    Array.from(users, (_, row): UserRanks => {
      const [start, end] = [wanted.offsets[row], wanted.offsets[row + 1]];
      const ranks = drawRanks(above.subarray(start, end), tied.subarray(start, end), random);
      return { ranks, candidates: items - countMasked(excluded, wanted, row) };
    });
  return { lists, draw };
}

/** A held-out item is ranked even where it is masked. */
function countMasked(excluded: Csr | null, wanted: Csr, row: number): number {
  if (!excluded) return 0;
  const held = new Set(rowIndicesOf(wanted, row));
  return rowIndicesOf(excluded, row).reduce((count, item) => count + (held.has(item) ? 0 : 1), 0);
}

/** At most `limit` users with a row in `known` and one in `heldOut`, drawn evenly by seed; ascending. */
export function sampleUsers(known: Csr, heldOut: Csr, limit: number, seed: number): Uint32Array {
  const isEligible = (user: number) =>
    known.offsets[user] < known.offsets[user + 1] && heldOut.offsets[user] < heldOut.offsets[user + 1];
  const eligible = Uint32Array.from({ length: known.rows }, (_, user) => user).filter(isEligible);
  const random = Random.seeded(seed);
  // The first steps of a Fisher-Yates shuffle.
  for (let drawn = 0; drawn < Math.min(limit, eligible.length); drawn++) {
    const other = drawn + Math.floor(random.uniform() * (eligible.length - drawn));
    [eligible[drawn], eligible[other]] = [eligible[other], eligible[drawn]];
  }
  return eligible.subarray(0, limit).sort();
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
