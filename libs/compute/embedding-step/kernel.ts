import { DIMENSIONS_MULTIPLE, output, type Engine, type RunOptions } from '../engine/engine.js';
import { groupByRow } from '../segment-sum/group-by-row.js';
import { ADAM, adamReference, SQUARED_NORM_MIN } from './reference.js';
import type { AdamStep, EmbeddingObjective, EmbeddingStep } from './reference.js';

export type { AdamStep, EmbeddingObjective, EmbeddingStep, EmbeddingTable } from './reference.js';

/**
 * One step in place; returns the mean loss of the batch before it. See {@link embeddingStepReference} for the rule. The result
 * does not depend on the threads. Tables of `engine.float32` spare WebAssembly a copy. Throws RangeError for shapes or ids that
 * do not fit, before anything is changed.
 */
export async function embeddingStep(engine: Engine, step: EmbeddingStep, { signal }: RunOptions = {}): Promise<number> {
  const { users, items, dimensions: d, userIds, objective } = step;
  assertShape(step);
  const batch = userIds.length;
  const userGroups = groupByRow(userIds, users.values.length / d);
  const itemGroups = groupByRow(itemIdsOf(step), items.values.length / d);
  const gradients = [0, 1].map(() => engine.float32(batch * d));
  const [errors, cosines] = [new Float32Array(batch), new Float32Array(batch)];
  const [negativeIds, labels, head] =
    objective.kind === 'rating' ? [null, objective.labels, objective.head] : [objective.negativeIds, null, null];
  try {
    const inputs = [users.values, items.values, d, batch, userIds, step.itemIds, negativeIds, labels, head];
    const outputs = [...gradients, errors, cosines].map(output);
    await engine.run('embedding_gradients', [...inputs, SQUARED_NORM_MIN, ...outputs], { pieces: batch }, { signal });
    for (const [table, groups, gradient] of [
      [users, userGroups, gradients[0]],
      [items, itemGroups, gradients[1]],
    ] as const) {
      const rows = table.values.length / d;
      const state = [output(table.values), output(table.first), output(table.second), rows, d];
      const segments = [groups.rows, groups.rows.length, groups.offsets, groups.positions, batch, gradient];
      const pieces = step.adam === 'dense' ? rows : groups.rows.length;
      const work = { pieces, scratchBytes: 4 * d + 64 };
      await engine.run('embedding_adam', [...state, ...segments, ...adamArguments(step)], work, { signal });
    }
  } finally {
    engine.release(...gradients);
  }
  return objective.kind === 'rating' ? moveHead(objective, errors, cosines, step) : meanOf(errors);
}

/** Ids of the items that the batch names: after the positive ones the negative ones, if any. */
export function itemIdsOf({ itemIds, objective }: Pick<EmbeddingStep, 'itemIds' | 'objective'>): Uint32Array {
  if (objective.kind === 'rating') return itemIds;
  const ids = new Uint32Array(2 * itemIds.length);
  ids.set(itemIds);
  ids.set(objective.negativeIds, itemIds.length);
  return ids;
}

function adamArguments({ step, learningRate, adam }: AdamStep): number[] {
  const { FIRST_DECAY, SECOND_DECAY, EPSILON } = ADAM;
  const corrections = [1 - FIRST_DECAY ** step, 1 - SECOND_DECAY ** step];
  return [adam === 'dense' ? 1 : 0, learningRate, FIRST_DECAY, SECOND_DECAY, EPSILON, ...corrections];
}

/** Moves weight and bias; returns the mean squared error. */
function moveHead(
  { head, headFirst, headSecond }: EmbeddingObjective & { kind: 'rating' },
  errors: Float32Array,
  cosines: Float32Array,
  step: AdamStep,
): number {
  let [loss, weight, bias] = [0, 0, 0];
  errors.forEach((error, n) => {
    loss += error * error;
    weight += 2 * error * cosines[n];
    bias += 2 * error;
  });
  adamReference(head, headFirst, headSecond, 0, weight / errors.length, step);
  adamReference(head, headFirst, headSecond, 1, bias / errors.length, step);
  return loss / errors.length;
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function assertShape({ users, items, dimensions, userIds, itemIds, objective }: EmbeddingStep): void {
  if (!Number.isInteger(dimensions / DIMENSIONS_MULTIPLE) || dimensions <= 0)
    throw new RangeError(`${dimensions} dimensions: not a multiple of ${DIMENSIONS_MULTIPLE}.`);
  for (const { values, first, second } of [users, items])
    if (values.length % dimensions !== 0 || first.length !== values.length || second.length !== values.length)
      throw new RangeError('A table and its moments do not have the same rows of that many dimensions.');
  const others = [itemIds, objective.kind === 'rating' ? objective.labels : objective.negativeIds];
  if (userIds.length === 0 || others.some(({ length }) => length !== userIds.length))
    throw new RangeError('The batch is empty, or its arrays are not of one length.');
}
