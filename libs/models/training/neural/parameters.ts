import type { Random } from '../../../compute/random/kernel.js';

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const EPSILON = 1e-8;

/** Rows of numbers that Adam moves (Kingma and Ba 2015, algorithm 1): an embedding table, or a layer's weights as one row. */
export class Parameters {
  private readonly first: Float32Array;
  private readonly second: Float32Array;

  /** @param values taken over, not copied */
  constructor(
    /** `[rows, width]` */
    readonly values: Float32Array,
    readonly width: number,
  ) {
    this.first = new Float32Array(values.length);
    this.second = new Float32Array(values.length);
  }

  /** From N(0, deviation). */
  static drawn(rows: number, width: number, deviation: number, random: Random): Parameters {
    return new Parameters(
      Float32Array.from({ length: rows * width }, () => deviation * random.gaussian()),
      width,
    );
  }

  /** What a checkpoint needs, under names that begin with `name`. */
  state(name: string): Record<string, Float32Array> {
    return { [name]: this.values, [`${name}.first`]: this.first, [`${name}.second`]: this.second };
  }

  /** `[ids, width]` */
  gather(ids: ArrayLike<number>): Float32Array {
    const { values, width } = this;
    const target = new Float32Array(ids.length * width);
    for (let i = 0; i < ids.length; i++) target.set(values.subarray(ids[i] * width, (ids[i] + 1) * width), i * width);
    return target;
  }

  /**
   * Moves the rows `ids`, each named once, by their gradients `[ids, width]`; the others stay, moments and all (lazy Adam).
   *
   * @param step from 1
   */
  move(ids: ArrayLike<number>, gradients: Float32Array, learningRate: number, step: number): void {
    const rate = (learningRate * Math.sqrt(1 - SECOND_DECAY ** step)) / (1 - FIRST_DECAY ** step);
    const { values, first, second, width } = this;
    for (let i = 0; i < ids.length; i++) {
      for (let at = ids[i] * width, from = i * width, end = from + width; from < end; at++, from++) {
        const gradient = gradients[from];
        const mean = (first[at] += (1 - FIRST_DECAY) * (gradient - first[at]));
        const square = (second[at] += (1 - SECOND_DECAY) * (gradient * gradient - second[at]));
        values[at] -= (rate * mean) / (Math.sqrt(square) + EPSILON);
      }
    }
  }

  /** Moves every row. */
  moveAll(gradients: Float32Array, learningRate: number, step: number): void {
    this.move(allIds(this.values.length / this.width), gradients, learningRate, step);
  }
}

const ranges = new Map<number, Uint32Array>();

function allIds(count: number): Uint32Array {
  let ids = ranges.get(count);
  if (!ids) ranges.set(count, (ids = Uint32Array.from({ length: count }, (_, i) => i)));
  return ids;
}
