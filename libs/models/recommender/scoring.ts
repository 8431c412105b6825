import type { Csr } from '../../compute/csr/kernel.js';
import type { Engine, RunOptions } from '../../compute/engine/engine.js';
import { scoreByFactors, scoreBySimilarity } from '../../compute/scores/kernel.js';
import type { FittedModel, HybridModel } from './fitted-model.js';
import { listCandidates, rankCandidates } from './hybrid/candidate-list.js';

const SCORES_BYTES_MAX = 64 * 1024 ** 2;
const BATCH_USERS_MAX = 256;

/** How many users to score at once, so that their scores stay below 64 MiB. */
export function batchUsers(items: number): number {
  return Math.max(1, Math.min(BATCH_USERS_MAX, Math.floor(SCORES_BYTES_MAX / (4 * items))));
}

/**
 * Writes each user's scores of all items into `scores` `[users, items]`: for evaluation, and for all answers but those of factors, which
 * the predictor ranks by `topItems` without scoring every item.
 */
export async function scoreUsers(
  engine: Engine,
  model: FittedModel,
  users: Uint32Array,
  scores: Float32Array,
  options: RunOptions = {},
): Promise<void> {
  if (model.kind === 'popularity') {
    for (let row = 0; row < users.length; row++) scores.set(model.scores, row * model.scores.length);
  } else if (model.kind === 'hybrid') {
    await scoreByHybrid(engine, model, users, scores, options);
  } else if (model.kind === 'product') {
    await scoreBySimilarity(engine, selectRows(model.histories, users), model.similarity, scores, options);
  } else {
    const { dimensions } = model;
    const queries = engine.float32(users.length * dimensions);
    users.forEach((user, row) => {
      queries.set(model.users.subarray(user * dimensions, (user + 1) * dimensions), row * dimensions);
    });
    try {
      await scoreByFactors(engine, queries, model.items, dimensions, scores, options);
    } finally {
      engine.release(queries);
    }
  }
}

/** Below every candidate, so that what the generators left out comes after. */
const NO_CANDIDATE = -1e6;

/** Candidates by the ranker, then the rest by the first generator. */
async function scoreByHybrid(
  engine: Engine,
  model: HybridModel,
  users: Uint32Array,
  scores: Float32Array,
  options: RunOptions,
): Promise<void> {
  const items = model.seen.columns;
  const parts = model.generators.map(() => engine.float32(users.length * items));
  try {
    for (const [i, generator] of model.generators.entries())
      await scoreUsers(engine, generator, users, parts[i], options);
    users.forEach((user, row) => {
      const rows = parts.map((part) => part.subarray(row * items, (row + 1) * items));
      const list = listCandidates(model, user, rows);
      const line = scores.subarray(row * items, (row + 1) * items);
      line.set(rows[0]);
      for (let item = 0; item < items; item++) line[item] = NO_CANDIDATE + 1e3 * Math.tanh(line[item]);
      rankCandidates(model.ranker, list).forEach((score, i) => (line[list.items[i]] = score));
    });
  } finally {
    engine.release(...parts);
  }
}

/** The given rows, in their order. */
export function selectRows({ columns, offsets, indices, values }: Csr, rows: Uint32Array): Csr {
  const selected = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => (selected[i + 1] = selected[i] + offsets[row + 1] - offsets[row]));
  const count = selected[rows.length];
  const result = { indices: new Uint32Array(count), values: values && new Float32Array(count) };
  rows.forEach((row, i) => {
    result.indices.set(indices.subarray(offsets[row], offsets[row + 1]), selected[i]);
    result.values?.set(values!.subarray(offsets[row], offsets[row + 1]), selected[i]);
  });
  return { rows: rows.length, columns, offsets: selected, ...result };
}
