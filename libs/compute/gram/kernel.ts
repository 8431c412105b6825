/** `YᵀY` of Y `[rows, dimensions]`, accumulated in float64; returns `[dimensions, dimensions]`, symmetric. */
export function gram(matrix: Float32Array, dimensions: number): Float64Array {
  const d = dimensions;
  const sums = new Float64Array(d * d);
  const fourRows = 4 * d;
  const wholeBlocks = matrix.length - (matrix.length % fourRows);
  for (let start = 0; start < wholeBlocks; start += fourRows) addFourRows(sums, matrix, start, d);
  for (let start = wholeBlocks; start < matrix.length; start += d) addRow(sums, matrix, start, d);
  mirrorUpperTriangle(sums, d);
  return sums;
}

function addFourRows(sums: Float64Array, matrix: Float32Array, start: number, d: number): void {
  const [a, b, c, e] = [start, start + d, start + 2 * d, start + 3 * d];
  for (let i = 0; i < d; i++) {
    const [ai, bi, ci, ei] = [matrix[a + i], matrix[b + i], matrix[c + i], matrix[e + i]];
    for (let j = i; j < d; j++) {
      sums[i * d + j] += ai * matrix[a + j] + bi * matrix[b + j] + ci * matrix[c + j] + ei * matrix[e + j];
    }
  }
}

function addRow(sums: Float64Array, matrix: Float32Array, start: number, d: number): void {
  for (let i = 0; i < d; i++) {
    const value = matrix[start + i];
    for (let j = i; j < d; j++) sums[i * d + j] += value * matrix[start + j];
  }
}

function mirrorUpperTriangle(sums: Float64Array, d: number): void {
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) sums[i * d + j] = sums[j * d + i];
}
