import { ArtifactError, decodeUtf8 } from './safetensors.js';

/** Texts as one run of UTF-8 bytes; each is decoded when it is asked for, so that a million of them load at once. */
export class TextColumn {
  readonly length: number;
  private readonly bytes: Buffer;
  private readonly offsets: Uint32Array;

  /** @param offsets `[texts + 1]`, rising from 0 to the number of bytes, which the caller has checked */
  constructor(bytes: Uint8Array, offsets: Uint32Array) {
    this.length = offsets.length - 1;
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offsets = offsets;
  }

  static pack(texts: readonly string[]): { bytes: Uint8Array; offsets: Uint32Array } {
    const bytes = Buffer.from(texts.join(''), 'utf8');
    const offsets = new Uint32Array(texts.length + 1);
    let end = 0;
    texts.forEach((text, i) => (offsets[i + 1] = end += Buffer.byteLength(text)));
    if (end !== bytes.length || end > 0xffffffff) throw new ArtifactError('The texts are not UTF-8 of at most 4 GiB.');
    return { bytes, offsets };
  }

  /** Throws {@link ArtifactError} where the bytes are not UTF-8. */
  at(index: number): string {
    try {
      return decodeUtf8(this.bytes.subarray(this.offsets[index], this.offsets[index + 1]));
    } catch (error) {
      throw new ArtifactError('A text of the artifact is not UTF-8.', { cause: error });
    }
  }

  /** Below 0 where the text at `index` sorts before `text` by its bytes, 0 where they are equal. */
  compare(index: number, text: Uint8Array): number {
    return this.bytes.compare(text, 0, text.length, this.offsets[index], this.offsets[index + 1]);
  }

  /** Below 0 where the text at `a` sorts before the one at `b` by their bytes, 0 where they are equal. */
  compareTexts(a: number, b: number): number {
    const [bytes, offsets] = [this.bytes, this.offsets];
    return bytes.compare(bytes, offsets[b], offsets[b + 1], offsets[a], offsets[a + 1]);
  }
}

/** The indices of `texts` in the order of their UTF-8 bytes, for {@link TextIndex}. */
export function sortedOrder(texts: readonly string[]): Uint32Array {
  const encoded = texts.map((text) => Buffer.from(text, 'utf8'));
  return Uint32Array.from(encoded.keys()).sort((a, b) => encoded[a].compare(encoded[b]));
}

/** Finds a text's index by binary search. */
export class TextIndex {
  private readonly column: TextColumn;
  private readonly order: Uint32Array;

  /** @param order `[texts]`; throws {@link ArtifactError} unless it names the texts in strictly rising order */
  constructor(column: TextColumn, order: Uint32Array) {
    for (let rank = 0; rank < order.length; rank++) {
      if (order[rank] >= column.length) throw new ArtifactError('The order of the ids names one that is not there.');
      if (rank > 0 && column.compareTexts(order[rank - 1], order[rank]) >= 0) {
        throw new ArtifactError('Two ids are equal, or their order is wrong.');
      }
    }
    this.column = column;
    this.order = order;
  }

  find(text: string): number | undefined {
    const wanted = Buffer.from(text, 'utf8');
    let [low, high] = [0, this.order.length - 1];
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const comparison = this.column.compare(this.order[middle], wanted);
      if (comparison === 0) return this.order[middle];
      if (comparison < 0) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}
