/** Inverse of a symmetric positive definite matrix `[size, size]` by Gauss-Jordan elimination in float64; null when it has none. */
export function invertSymmetricReference(matrix: Float32Array, size: number): Float64Array | null {
  const work = Float64Array.from(matrix);
  for (let pivot = 0; pivot < size; pivot++) {
    const head = work[pivot * size + pivot];
    if (!(head > 0)) return null;
    work[pivot * size + pivot] = 1;
    for (let j = 0; j < size; j++) work[pivot * size + j] /= head;
    for (let i = 0; i < size; i++) {
      if (i === pivot) continue;
      const factor = work[i * size + pivot];
      work[i * size + pivot] = 0;
      for (let j = 0; j < size; j++) work[i * size + j] -= factor * work[pivot * size + j];
    }
  }
  return work;
}
