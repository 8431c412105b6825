import { Random } from '../../../compute/random/kernel.js';

/** Items that the right ones of a batch are compared with. */
export interface Candidates {
  /** Distinct; every right item is among them. */
  items: Uint32Array;
  /** `[rows]`: where in `items` each row's right item stands. */
  targets: Uint32Array;
  /** `[items]`: −log of the chance that an item is a candidate (logQ correction); null where all are. */
  biases: Float32Array | null;
}

/** Draws candidates for softmax: all items of a small catalogue, else the right items of the batch and as many again as asked, uniformly. */
export class CandidateSampler {
  private readonly all: Uint32Array | null;
  private readonly shares: Float64Array;
  private readonly sampled: number;
  private readonly place: Int32Array;

  /**
   * @param popularity `[items]`: how often each item is right in the training data
   * @param sampled items to draw; all are taken where that is not less than the catalogue
   */
  constructor(popularity: ArrayLike<number>, sampled: number) {
    const items = popularity.length;
    let total = 0;
    for (let item = 0; item < items; item++) total += popularity[item];
    this.shares = Float64Array.from({ length: items }, (_, item) => popularity[item] / total);
    this.sampled = sampled;
    this.all = sampled >= items ? Uint32Array.from({ length: items }, (_, item) => item) : null;
    this.place = new Int32Array(items).fill(-1);
  }

  draw(right: Uint32Array, random: Random): Candidates {
    if (this.all) return { items: this.all, targets: right, biases: null };
    const { place, shares, sampled } = this;
    const items: number[] = [];
    const add = (item: number) => {
      if (place[item] < 0) place[item] = items.push(item) - 1;
    };
    right.forEach(add);
    for (let draw = 0; draw < sampled; draw++) add(Math.floor(random.uniform() * shares.length));
    const targets = right.map((item) => place[item]);
    for (const item of items) place[item] = -1;
    const uniform = 1 - (1 - 1 / shares.length) ** sampled;
    const biases = Float32Array.from(items, (item) => {
      const absent = (1 - uniform) * (1 - shares[item]) ** right.length;
      return -Math.log(1 - absent);
    });
    return { items: Uint32Array.from(items), targets, biases };
  }
}
