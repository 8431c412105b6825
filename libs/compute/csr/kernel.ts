/** Compressed sparse rows. Columns of a row are strictly ascending, so a pair occurs once. */
export interface Csr {
  rows: number;
  columns: number;
  /** `[rows + 1]`; row r holds positions `offsets[r]` to `offsets[r + 1]` of `indices`. */
  offsets: Uint32Array;
  indices: Uint32Array;
  /** Next to `indices`; null when only presence counts. */
  values: Float32Array | null;
}

/** Pairs in any order, with repeats. */
export interface Coordinates {
  rows: number;
  columns: number;
  /** `[pairs]` */
  rowIndices: Uint32Array;
  /** `[pairs]` */
  columnIndices: Uint32Array;
  /** `[pairs]`; null when only presence counts. */
  values: Float32Array | null;
}

/**
 * Builds rows from pairs in O(pairs + rows + columns). Repeats of a pair merge, their values summed in input order.
 * Throws RangeError for an index out of bounds.
 */
export function buildCsr(pairs: Coordinates): Csr {
  assertBelow(pairs.rowIndices, pairs.rows, 'row');
  assertBelow(pairs.columnIndices, pairs.columns, 'column');
  // Grouping is stable, so grouping by row and transposing twice leaves every row sorted by column.
  return mergeRepeats(transposeCsr(transposeCsr(groupByRow(pairs))));
}

/** Swaps rows and columns in O(pairs + rows + columns); rows of the result are sorted whatever the order within rows was. */
export function transposeCsr({ rows, columns, offsets, indices, values }: Csr): Csr {
  const rowIndices = new Uint32Array(indices.length);
  for (let row = 0; row < rows; row++) rowIndices.fill(row, offsets[row], offsets[row + 1]);
  return groupByRow({ rows: columns, columns: rows, rowIndices: indices, columnIndices: rowIndices, values });
}

/** The columns of one row, ascending, as a view. */
export function rowIndicesOf(csr: Csr, row: number): Uint32Array {
  return csr.indices.subarray(csr.offsets[row], csr.offsets[row + 1]);
}

function groupByRow({ rows, columns, rowIndices, columnIndices, values }: Coordinates): Csr {
  const offsets = new Uint32Array(rows + 1);
  for (const row of rowIndices) offsets[row + 1]++;
  for (let row = 0; row < rows; row++) offsets[row + 1] += offsets[row];
  const cursor = offsets.slice(0, rows);
  const indices = new Uint32Array(rowIndices.length);
  const grouped = values && new Float32Array(values.length);
  for (let pair = 0; pair < rowIndices.length; pair++) {
    const position = cursor[rowIndices[pair]]++;
    indices[position] = columnIndices[pair];
    if (grouped && values) grouped[position] = values[pair];
  }
  return { rows, columns, offsets, indices, values: grouped };
}

function mergeRepeats({ rows, columns, offsets, indices, values }: Csr): Csr {
  const merged = new Uint32Array(rows + 1);
  let kept = 0;
  for (let row = 0; row < rows; row++) {
    for (let position = offsets[row]; position < offsets[row + 1]; position++) {
      if (kept > merged[row] && indices[kept - 1] === indices[position]) {
        if (values) values[kept - 1] += values[position];
        continue;
      }
      indices[kept] = indices[position];
      if (values) values[kept] = values[position];
      kept++;
    }
    merged[row + 1] = kept;
  }
  return { rows, columns, offsets: merged, indices: indices.slice(0, kept), values: values && values.slice(0, kept) };
}

function assertBelow(indices: Uint32Array, bound: number, axis: string): void {
  const bad = indices.findIndex((index) => index >= bound);
  if (bad >= 0) throw new RangeError(`Pair ${bad} names ${axis} ${indices[bad]}, but there are ${bound}.`);
}
