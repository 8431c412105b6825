import type { Csr } from '../csr/kernel.js';

/**
 * One side of iALS held fixed, the other solved. Per row u with observed columns S_u the least-squares problem is
 *
 *   A w_u = b,  A = Σ_{i∈S_u} h_i h_iᵀ + α₀ HᵀH + λ (|S_u| + α₀ |I|)^ν I,  b = Σ_{i∈S_u} h_i
 *
 * (Hu, Koren, Volinsky 2008, eq. 4, in the parametrisation of Rendle, Krichene, Zhang, Koren 2021, "Revisiting the
 * Performance of iALS on Item Recommendation Benchmarks", eq. 5 and section 3.3). Values of the interactions are unused.
 */
export interface HalfSweep {
  /** `[rows, columns]`, who touched what. */
  interactions: Csr;
  dimensions: number;
  /** w `[rows, dimensions]`, written in place. */
  solved: Float32Array;
  /** h `[columns, dimensions]`. */
  fixed: Float32Array;
  /** HᵀH `[dimensions, dimensions]`. */
  fixedGram: Float64Array;
  /** α₀ > 0. */
  unobservedWeight: number;
  /** λ > 0. */
  regularization: number;
  /** ν in 0..1. */
  regularizationExponent: number;
}

/** Half-open range of rows, so that a caller can divide a sweep; rows do not depend on each other. */
export interface RowRange {
  start: number;
  end: number;
}

/** Solves each row exactly, by Cholesky factorisation in float64. */
export function solveRowsReference(sweep: HalfSweep, { start, end }: RowRange): void {
  const d = sweep.dimensions;
  for (let row = start; row < end; row++) {
    const { matrix, right } = normalEquations(sweep, row);
    sweep.solved.set(solveCholesky(matrix, right), row * d);
  }
}

/** λ (|S_u| + α₀ |I|)^ν: the weight of ‖w_u‖² for a row with this many interactions. */
export function ridgeOf(sweep: HalfSweep, interactionCount: number): number {
  const weight = interactionCount + sweep.unobservedWeight * sweep.interactions.columns;
  return sweep.regularization * weight ** sweep.regularizationExponent;
}

function normalEquations(sweep: HalfSweep, row: number): { matrix: number[][]; right: number[] } {
  const { dimensions: d, fixed, fixedGram, unobservedWeight, interactions } = sweep;
  const columns = interactions.indices.subarray(interactions.offsets[row], interactions.offsets[row + 1]);
  const ridge = ridgeOf(sweep, columns.length);
  const matrix = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => unobservedWeight * fixedGram[i * d + j] + (i === j ? ridge : 0)),
  );
  const right = Array.from({ length: d }, () => 0);
  for (const column of columns) {
    const vector = fixed.subarray(column * d, (column + 1) * d);
    for (let i = 0; i < d; i++) {
      right[i] += vector[i];
      for (let j = 0; j < d; j++) matrix[i][j] += vector[i] * vector[j];
    }
  }
  return { matrix, right };
}

/** Solves `matrix · x = right` for a symmetric positive definite matrix by L Lᵀ, then two triangular solves. */
function solveCholesky(matrix: number[][], right: number[]): number[] {
  const d = right.length;
  const lower = matrix.map((row) => row.map(() => 0));
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i][j];
      for (let k = 0; k < j; k++) sum -= lower[i][k] * lower[j][k];
      lower[i][j] = i === j ? Math.sqrt(sum) : sum / lower[j][j];
    }
  }
  const x = right.slice();
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < i; k++) x[i] -= lower[i][k] * x[k];
    x[i] /= lower[i][i];
  }
  for (let i = d - 1; i >= 0; i--) {
    for (let k = i + 1; k < d; k++) x[i] -= lower[k][i] * x[k];
    x[i] /= lower[i][i];
  }
  return x;
}
