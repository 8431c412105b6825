import type { Parameters } from './parameters.js';

/** Sums gradients by row. */
export class RowGradients {
  private readonly places = new Map<number, number>();
  private sums: Float32Array;

  constructor(private readonly width: number) {
    this.sums = new Float32Array(256 * width);
  }

  /** Adds `factor` × row `from` of the gradients. */
  add(row: number, gradients: Float32Array, from: number, factor: number): void {
    let place = this.places.get(row);
    if (place === undefined) {
      place = this.places.size;
      this.places.set(row, place);
      if ((place + 1) * this.width > this.sums.length) this.grow();
    }
    addRow(this.sums, place, gradients, from, factor, this.width);
  }

  applyTo(parameters: Parameters, learningRate: number, step: number): void {
    const rows = [...this.places.keys()];
    parameters.move(rows, this.sums, learningRate, step);
  }

  private grow(): void {
    const grown = new Float32Array(2 * this.sums.length);
    grown.set(this.sums);
    this.sums = grown;
  }
}

/** Adds `factor` × a row to another. */
export function addRow(
  to: Float32Array,
  toRow: number,
  from: Float32Array,
  fromRow: number,
  factor: number,
  width: number,
): void {
  for (let k = 0, t = toRow * width, f = fromRow * width; k < width; k++) to[t + k] += factor * from[f + k];
}
