import { transposeCsr, type Csr } from '../../compute/csr/kernel.js';
import { Random } from '../../compute/random/kernel.js';
import { Vectorizer, type VectorizerSettings } from './features/vectorizer.js';
import { selectTexts, type LabelledTexts } from './labelled-texts.js';
import { selectRows } from './select-rows.js';

/** Training rows by their words. */
export interface Neighbours {
  data: LabelledTexts;
  vectorizer: Vectorizer;
  /** `[texts, features]` */
  rows: Csr;
}

/** A training row, and the cosine of its words with those asked for. */
export interface Neighbour {
  row: number;
  similarity: number;
}

/** Words and pairs of them, by which likeness is told; of scripts without spaces also characters, since not all of them are cut into words. */
export const NEIGHBOUR_FEATURES: VectorizerSettings = {
  sources: [
    { kind: 'words', spaced: [1, 2], unspaced: [1, 2], weight: 1 },
    { kind: 'characters', spaced: [1, 0], unspaced: [1, 2], weight: 1 },
  ],
  minDocuments: 1,
  maxFeatures: 2 ** 18,
};
/** Kept at most, by chance; what is kept of each; and words of all together. */
const TEXTS_MAX = 50_000;
const CHARACTERS_MAX = 1_000;
const ENTRIES_MAX = 1_500_000;

export async function indexNeighbours(all: LabelledTexts, seed: number, signal?: AbortSignal): Promise<Neighbours> {
  const order = shuffled(all.texts.length, seed).slice(0, TEXTS_MAX).sort();
  const sample = order.length < all.texts.length ? selectTexts(all, order) : all;
  const { vectorizer, rows } = await Vectorizer.fit(sample.texts, NEIGHBOUR_FEATURES, signal);
  const kept = keepWithin(rows, ENTRIES_MAX, seed);
  const data = selectTexts(sample, kept);
  const texts = data.texts.map((text) => text.slice(0, CHARACTERS_MAX).toWellFormed());
  return { data: { ...data, texts }, vectorizer, rows: selectRows(rows, kept) };
}

/** Finds the training rows most like a text. */
export class NeighbourSearch {
  /** `[features, texts]` */
  private readonly byWord: Csr;
  private readonly similarities: Float32Array;
  /** `[texts]` */
  private readonly lengths: Float32Array;

  constructor(private readonly neighbours: Pick<Neighbours, 'vectorizer' | 'rows'>) {
    this.byWord = transposeCsr(neighbours.rows);
    this.similarities = new Float32Array(neighbours.rows.rows);
    this.lengths = lengthsOf(neighbours.rows);
  }

  /** The `count` most alike that `isEligible`, the most alike first; those without a word in common are left out. */
  nearest(text: string, count: number, isEligible: (row: number) => boolean = () => true): Neighbour[] {
    const { similarities } = this;
    const touched = this.compare(text);
    const found: Neighbour[] = [];
    for (const row of touched) {
      const similarity = Math.min(1, similarities[row]! / this.lengths[row]!);
      similarities[row] = 0;
      if (found.length === count && similarity <= found[count - 1]!.similarity) continue;
      if (!isEligible(row)) continue;
      let place = found.length;
      while (place > 0 && found[place - 1]!.similarity < similarity) place--;
      found.splice(place, 0, { row, similarity });
      if (found.length > count) found.pop();
    }
    return found;
  }

  /** Writes the cosines; the rows that have one above 0. */
  private compare(text: string): number[] {
    const { byWord, similarities } = this;
    const { indices, values } = this.neighbours.vectorizer.transformOne(text);
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    const touched: number[] = [];
    indices.forEach((feature, i) => {
      for (let place = byWord.offsets[feature]!; place < byWord.offsets[feature + 1]!; place++) {
        const row = byWord.indices[place]!;
        if (similarities[row] === 0) touched.push(row);
        similarities[row]! += (values[i]! / length) * byWord.values![place]!;
      }
    });
    return touched;
  }
}

/** `[rows]` */
function lengthsOf({ rows, offsets, values }: Csr): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => {
    let squares = 0;
    for (let place = offsets[row]!; place < offsets[row + 1]!; place++) squares += values![place]! ** 2;
    return Math.sqrt(squares);
  });
}

/** As many rows, drawn by chance, as have so many entries together. */
function keepWithin({ rows, offsets }: Csr, entriesMax: number, seed: number): Uint32Array {
  if (offsets[rows]! <= entriesMax) return Uint32Array.from({ length: rows }, (_, row) => row);
  let entries = 0;
  const order = shuffled(rows, seed + 1);
  const end = order.findIndex((row) => (entries += offsets[row + 1]! - offsets[row]!) > entriesMax);
  return order.slice(0, Math.max(1, end)).sort();
}

/** 0 to `count` − 1 in an order of chance. */
export function shuffled(count: number, seed: number): Uint32Array {
  const random = Random.seeded(seed);
  const order = Uint32Array.from({ length: count }, (_, place) => place);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
