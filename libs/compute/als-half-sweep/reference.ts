import type { Csr } from '../csr/kernel.js';

/**
 * One side of iALS held fixed, the other solved. Per row u with observed columns S_u of weight c_ui the least-squares
 * problem is
 *
 *   A w_u = b,  A = Σ_{i∈S_u} c_ui h_i h_iᵀ + α₀ HᵀH + λ (|S_u| + α₀ |I|)^ν I,  b = Σ_{i∈S_u} c_ui h_i
 *
 * (Hu, Koren, Volinsky 2008, eq. 4, in the parametrisation of Rendle, Krichene, Zhang, Koren 2021, "Revisiting the
 * Performance of iALS on Item Recommendation Benchmarks", eq. 5 and section 3.3). A row without columns becomes zero.
 */
export interface HalfSweep {
  /** `[rows, columns]`, who touched what; values are the weights c > 0, null for 1 throughout. */
  interactions: Csr;
  /** A multiple of 16; pad with columns of zeros, which stay zero. */
  dimensions: number;
  /** w `[rows, dimensions]`, written in place; iterative solvers start from it. */
  solved: Float32Array;
  /** h `[columns, dimensions]`. */
  fixed: Float32Array;
  /** α₀ > 0. */
  unobservedWeight: number;
  /** λ > 0. */
  regularization: number;
  /** ν in 0..1. */
  regularizationExponent: number;
}

/** Solves every row exactly, by Cholesky factorisation in float64. */
export function alsHalfSweepReference(sweep: HalfSweep): void {
  const { dimensions: d, fixed, interactions, solved } = sweep;
  const gram = gramOf(fixed, d);
  for (let row = 0; row < interactions.rows; row++) {
    const { matrix, right } = normalEquations(sweep, gram, row);
    solved.set(solveCholesky(matrix, right), row * d);
  }
}

function gramOf(fixed: Float32Array, d: number): number[][] {
  const gram = Array.from({ length: d }, () => Array.from({ length: d }, () => 0));
  for (let start = 0; start < fixed.length; start += d)
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) gram[i][j] += fixed[start + i] * fixed[start + j];
  return gram;
}

function normalEquations(sweep: HalfSweep, gram: number[][], row: number): { matrix: number[][]; right: number[] } {
  const { dimensions: d, fixed, unobservedWeight, interactions } = sweep;
  const { offsets, indices, values, columns } = interactions;
  const count = offsets[row + 1] - offsets[row];
  const ridge = sweep.regularization * (count + unobservedWeight * columns) ** sweep.regularizationExponent;
  const matrix = gram.map((line, i) => line.map((value, j) => unobservedWeight * value + (i === j ? ridge : 0)));
  const right = Array.from({ length: d }, () => 0);
  for (let position = offsets[row]; position < offsets[row + 1]; position++) {
    const weight = values?.[position] ?? 1;
    const vector = fixed.subarray(indices[position] * d, (indices[position] + 1) * d);
    for (let i = 0; i < d; i++) {
      right[i] += weight * vector[i];
      for (let j = 0; j < d; j++) matrix[i][j] += weight * vector[i] * vector[j];
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
