import { ridgeOf, type HalfSweep, type RowRange } from './reference.js';

/**
 * Conjugate gradient steps per row. Warm starts carry the rest over to the next sweep (Takács, Pilászy, Tikk 2011,
 * "Applications of the conjugate gradient method for implicit feedback collaborative filtering").
 */
const STEPS_PER_SWEEP = 3;
/** A squared residual this small against the first is rounding, and dividing by it would amplify noise. */
const CONVERGED_SHARE = 1e-20;

/**
 * Improves each row from its present value by conjugate gradient (Hestenes and Stiefel 1952) on the row's normal
 * equations, never forming A. A row without interactions gets its exact solution, zero.
 */
export function solveRows(sweep: HalfSweep, { start, end }: RowRange, steps = STEPS_PER_SWEEP): void {
  const { dimensions: d, solved, interactions } = sweep;
  const system = new RowSystem(sweep);
  for (let row = start; row < end; row++) {
    if (interactions.offsets[row] === interactions.offsets[row + 1]) solved.fill(0, row * d, (row + 1) * d);
    else system.improve(row, steps);
  }
}

/** The normal equations of one row at a time, with buffers that live for the whole sweep. */
class RowSystem {
  private readonly sweep: HalfSweep;
  /** α₀ HᵀH, padded with zero rows to a multiple of four. */
  private readonly weightedGram: Float64Array;
  private readonly solution: Float64Array;
  private readonly residual: Float64Array;
  private readonly direction: Float64Array;
  private readonly product: Float64Array;

  constructor(sweep: HalfSweep) {
    const d = sweep.dimensions;
    const padded = Math.ceil(d / 4) * 4;
    this.sweep = sweep;
    this.weightedGram = new Float64Array(padded * d);
    sweep.fixedGram.forEach((value, i) => (this.weightedGram[i] = sweep.unobservedWeight * value));
    this.solution = new Float64Array(d);
    this.residual = new Float64Array(d);
    this.direction = new Float64Array(d);
    this.product = new Float64Array(padded);
  }

  improve(row: number, steps: number): void {
    const { dimensions: d, solved } = this.sweep;
    const [x, r, p, product] = [this.solution, this.residual, this.direction, this.product];
    for (let j = 0; j < d; j++) x[j] = solved[row * d + j];
    this.multiply(row, x, 1);
    for (let j = 0; j < d; j++) p[j] = r[j] = -product[j];
    const firstSquare = dot(r, r, d);
    let square = firstSquare;
    for (let step = 0; step < steps && square > CONVERGED_SHARE * firstSquare; step++) {
      this.multiply(row, p, 0);
      const length = square / dot(p, product, d);
      for (let j = 0; j < d; j++) {
        x[j] += length * p[j];
        r[j] -= length * product[j];
      }
      const nextSquare = dot(r, r, d);
      const turn = nextSquare / square;
      for (let j = 0; j < d; j++) p[j] = r[j] + turn * p[j];
      square = nextSquare;
    }
    for (let j = 0; j < d; j++) solved[row * d + j] = x[j];
  }

  /**
   * product = A v − target · b, as α₀ HᵀH v + ridge v + Σ_i (h_i · v − target) h_i: with target 1 the negative residual of
   * v, in one pass over the interactions; with target 0 the product alone.
   */
  private multiply(row: number, v: Float64Array, target: 0 | 1): void {
    const { dimensions: d, fixed, interactions } = this.sweep;
    const product = this.product;
    const [start, end] = [interactions.offsets[row], interactions.offsets[row + 1]];
    multiplyGram(this.weightedGram, v, product, d);
    const ridge = ridgeOf(this.sweep, end - start);
    for (let j = 0; j < d; j++) product[j] += ridge * v[j];
    addOuterProducts(fixed, interactions.indices, start, end, v, target, product, d);
  }
}

/** product = gram · v, four rows at a time so that each v[j] is read once for four sums. */
function multiplyGram(gram: Float64Array, v: Float64Array, product: Float64Array, d: number): void {
  for (let i = 0; i < d; i += 4) {
    const a = i * d;
    const b = a + d;
    const c = b + d;
    const e = c + d;
    let sumA = 0;
    let sumB = 0;
    let sumC = 0;
    let sumE = 0;
    for (let j = 0; j < d; j++) {
      const value = v[j];
      sumA += value * gram[a + j];
      sumB += value * gram[b + j];
      sumC += value * gram[c + j];
      sumE += value * gram[e + j];
    }
    product[i] = sumA;
    product[i + 1] = sumB;
    product[i + 2] = sumC;
    product[i + 3] = sumE;
  }
}

/**
 * product += Σ (h · v − target) h over the columns at positions start..end, four at a time. In the last block the first
 * column stands in for missing ones with its coefficient set to zero, which saves a second loop for the remainder.
 */
function addOuterProducts(
  fixed: Float32Array,
  columns: Uint32Array,
  start: number,
  end: number,
  v: Float64Array,
  target: number,
  product: Float64Array,
  d: number,
): void {
  for (let position = start; position < end; position += 4) {
    const left = end - position;
    const a = columns[position] * d;
    const b = left > 1 ? columns[position + 1] * d : a;
    const c = left > 2 ? columns[position + 2] * d : a;
    const e = left > 3 ? columns[position + 3] * d : a;
    let sumA = -target;
    let sumB = -target;
    let sumC = -target;
    let sumE = -target;
    for (let j = 0; j < d; j++) {
      const value = v[j];
      sumA += value * fixed[a + j];
      sumB += value * fixed[b + j];
      sumC += value * fixed[c + j];
      sumE += value * fixed[e + j];
    }
    if (left < 2) sumB = 0;
    if (left < 3) sumC = 0;
    if (left < 4) sumE = 0;
    for (let j = 0; j < d; j++) {
      product[j] += sumA * fixed[a + j] + sumB * fixed[b + j] + sumC * fixed[c + j] + sumE * fixed[e + j];
    }
  }
}

function dot(a: Float64Array, b: Float64Array, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) sum += a[j] * b[j];
  return sum;
}
