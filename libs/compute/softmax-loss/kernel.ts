import { DIMENSIONS_MULTIPLE, output, type Engine, type RunOptions } from '../engine/engine.js';
import type { SoftmaxGradients, SoftmaxLoss } from './reference.js';

export type { SoftmaxGradients, SoftmaxLoss } from './reference.js';

/** `SOFTMAX_PANEL` and `SOFTMAX_ROWS` of the C++. */
const PANEL = 64;
const ROWS = 24;

/** Probabilities that are kept at a time: 8 MB. */
const PROBABILITIES_MAX = 2 ** 21;

/**
 * Mean of −log softmax over the rows; writes its gradients. See {@link softmaxLossReference} for the formula. Arrays of
 * `engine.float32` spare WebAssembly a copy for each chunk of rows. Throws RangeError for shapes or targets that do not fit.
 */
export async function softmaxLoss(
  engine: Engine,
  loss: SoftmaxLoss,
  gradients: SoftmaxGradients,
  { signal, onProgress }: RunOptions = {},
): Promise<number> {
  const { queries, table, dimensions, targets } = loss;
  assertShape(loss, gradients);
  const [rows, columns] = [targets.length, table.length / dimensions];
  const panels = Math.ceil(columns / PANEL);
  const chunkRows = Math.min(rows, ROWS * Math.max(1, Math.floor(PROBABILITIES_MAX / (panels * PANEL * ROWS))));
  const packed = engine.float32(panels * PANEL * dimensions);
  const probabilities = engine.float32(panels * PANEL * chunkRows);
  const [sums, margins] = [new Float32Array(rows), new Float32Array(rows)];
  const biases = padBiases(loss.biases, columns, panels * PANEL);
  const outputs = [probabilities, sums, margins, gradients.queries, gradients.table].map(output);
  try {
    await engine.run('pack_table', [table, columns, dimensions, output(packed)], { pieces: panels }, { signal });
    for (let first = 0; first < rows; first += chunkRows) {
      const count = Math.min(chunkRows, rows - first);
      const args = [queries, table, packed, columns, dimensions, targets, biases, rows, first, count, ...outputs];
      await engine.run('softmax_rows', args, { pieces: count }, { signal });
      await engine.run('softmax_columns', args, { pieces: columns, scratchBytes: 64 * dimensions + 64 }, { signal });
      onProgress?.((first + count) / rows);
    }
  } finally {
    engine.release(packed, probabilities);
  }
  return sums.reduce((total, sum, row) => total + Math.log(sum) + margins[row], 0) / rows;
}

/** Columns that pad the last panel must not count. */
function padBiases(biases: Float32Array | null, columns: number, length: number): Float32Array {
  const padded = new Float32Array(length).fill(-Infinity, columns);
  if (biases) padded.set(biases);
  return padded;
}

/** Throws RangeError for shapes or targets that do not fit. */
export function assertShape(
  { queries, table, dimensions, targets, biases }: SoftmaxLoss,
  gradients: SoftmaxGradients,
): void {
  if (!Number.isInteger(dimensions / DIMENSIONS_MULTIPLE) || dimensions <= 0)
    throw new RangeError(`${dimensions} dimensions: not a multiple of ${DIMENSIONS_MULTIPLE}.`);
  const columns = table.length / dimensions;
  if (targets.length === 0 || queries.length !== targets.length * dimensions || !Number.isInteger(columns))
    throw new RangeError('The queries do not have a row for each target, or the table has a row of another length.');
  if (gradients.queries.length !== queries.length || gradients.table.length !== table.length)
    throw new RangeError('The gradients are not of the shapes of the queries and the table.');
  if (biases && biases.length !== columns) throw new RangeError(`${biases.length} biases for ${columns} columns.`);
  const bad = targets.findIndex((target) => target >= columns);
  if (bad >= 0) throw new RangeError(`Row ${bad} has target ${targets[bad]}, but there are ${columns} columns.`);
}
