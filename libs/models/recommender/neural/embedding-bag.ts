import type { Csr } from '../../../compute/csr/kernel.js';
import type { Random } from '../../../compute/random/kernel.js';
import { Parameters } from '../../training/neural/parameters.js';
import { addRow, RowGradients } from '../../training/neural/row-gradients.js';

/** One side of two towers before its tower: an embedding of the id plus the mean embedding of the attributes. */
export class EmbeddingBag {
  readonly parameters: Record<string, Parameters>;
  private readonly ids: Parameters;
  private readonly features: Parameters | null;

  constructor(
    /** `[rows]`: 0 where the training data has nothing of the row, so that its attributes alone speak for it. */
    private readonly isKnown: Uint8Array,
    private readonly attributes: Csr | null,
    private readonly width: number,
    random: Random,
  ) {
    const deviation = 1 / Math.sqrt(width);
    this.ids = Parameters.drawn(isKnown.length, width, deviation, random);
    this.features = attributes && Parameters.drawn(attributes.columns, width, deviation, random);
    this.parameters = { ids: this.ids, ...(this.features && { features: this.features }) };
  }

  /** `[rows.length, width]`; `isHidden[i]` leaves the id of `rows[i]` out. */
  embed(rows: ArrayLike<number>, isHidden?: Uint8Array): Float32Array {
    const { width, attributes, features, ids } = this;
    const embedded = new Float32Array(rows.length * width);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (this.isKnown[row] && !isHidden?.[i]) addRow(embedded, i, ids.values, row, 1, width);
      if (!attributes) continue;
      for (let place = attributes.offsets[row]; place < attributes.offsets[row + 1]; place++)
        addRow(embedded, i, features!.values, attributes.indices[place], attributes.values![place], width);
    }
    return embedded;
  }

  /** Moves what {@link embed} has read by the gradients of what it returned. */
  move(
    rows: ArrayLike<number>,
    isHidden: Uint8Array | undefined,
    gradients: Float32Array,
    learningRate: number,
    step: number,
  ): void {
    const { width, attributes, features, ids } = this;
    const ofIds = new RowGradients(width);
    const ofFeatures = new RowGradients(width);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (this.isKnown[row] && !isHidden?.[i]) ofIds.add(row, gradients, i, 1);
      if (!attributes) continue;
      for (let place = attributes.offsets[row]; place < attributes.offsets[row + 1]; place++)
        ofFeatures.add(attributes.indices[place], gradients, i, attributes.values![place]);
    }
    ofIds.applyTo(ids, learningRate, step);
    if (features) ofFeatures.applyTo(features, learningRate, step);
  }
}
