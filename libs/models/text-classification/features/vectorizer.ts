import type { Csr } from '../../../compute/csr/kernel.js';
import { inTurns } from '../turns.js';
import { HashIndex } from './hash-index.js';
import { normalise, originsOf } from './normalise.js';
import { emitFeatures, type SourceSettings } from './sources.js';
import { cut } from './tokens.js';

export interface VectorizerSettings {
  sources: readonly SourceSettings[];
  /** A feature of fewer texts is left out, ≥ 1. */
  minDocuments: number;
  /** Most features; the most frequent are kept. */
  maxFeatures: number;
}

/** What a vectorizer has learnt, by feature. */
export interface VectorizerTensors {
  hashes: Uint32Array;
  /** How much a feature counts: more, the fewer texts have it. */
  idf: Float32Array;
  /** Which of the settings' sources it is of. */
  sourceOf: Uint8Array;
}

/** A text as numbers: ascending features and their values. */
export interface SparseRow {
  indices: Uint32Array;
  values: Float32Array;
}

/** A feature of a text, and one place where it stands. */
export interface Piece {
  feature: number;
  /** Its part of the feature's value, which is shared out evenly over the places. */
  value: number;
  /** In UTF-16 code units of the text as it was given. */
  start: number;
  /** Exclusive */
  end: number;
}

/**
 * Turns texts into rows of tf-idf: each n-gram counts (1 + ln count) · (1 + ln((1 + texts) / (1 + texts that have it))); each source's
 * part of a row is scaled to length 1, then by the source's weight. Rows of texts without a known n-gram are empty.
 */
export class Vectorizer {
  readonly columns: number;
  private readonly index: HashIndex;
  /** `[columns]`, all 0 between two rows. */
  private readonly counts: Uint32Array;
  private touched: number[] = [];

  private constructor(
    readonly settings: VectorizerSettings,
    private readonly learnt: VectorizerTensors,
  ) {
    this.columns = learnt.hashes.length;
    this.index = HashIndex.of(learnt.hashes);
    this.counts = new Uint32Array(this.columns);
  }

  /** Learns which n-grams there are and how many texts have each. */
  static async fit(
    texts: readonly string[],
    settings: VectorizerSettings,
    signal?: AbortSignal,
  ): Promise<{ vectorizer: Vectorizer; rows: Csr }> {
    const vectorizer = new Vectorizer(settings, await learn(texts, settings, signal));
    return { vectorizer, rows: await vectorizer.transform(texts, signal) };
  }

  static fromTensors(settings: VectorizerSettings, learnt: VectorizerTensors): Vectorizer {
    return new Vectorizer(settings, learnt);
  }

  tensors(): VectorizerTensors {
    return this.learnt;
  }

  async transform(texts: readonly string[], signal?: AbortSignal): Promise<Csr> {
    const rows: SparseRow[] = [];
    await inTurns(texts, signal, (text) => rows.push(this.transformOne(text)));
    return stack(rows, this.columns);
  }

  transformOne(text: string): SparseRow {
    const { counts, touched, index } = this;
    this.visit(normalise(text), (hash) => {
      const column = index.find(hash);
      if (column >= 0 && counts[column]++ === 0) touched.push(column);
    });
    const indices = Uint32Array.from(touched).sort();
    const row = { indices, values: this.weigh(indices) };
    for (const column of touched) counts[column] = 0;
    touched.length = 0;
    return row;
  }

  /** Every place of every known feature of a text. */
  pieces(text: string): Piece[] {
    const { indices, values } = this.transformOne(text);
    const valueOf = new Map(Array.from(indices, (feature, i) => [feature, values[i]]));
    const { starts, ends } = originsOf(text);
    const places: Piece[] = [];
    const countOf = new Map<number, number>();
    this.visit(normalise(text), (hash, start, end) => {
      const feature = this.index.find(hash);
      if (feature < 0) return;
      countOf.set(feature, (countOf.get(feature) ?? 0) + 1);
      places.push({ feature, value: valueOf.get(feature)!, start: starts[start], end: ends[end - 1] });
    });
    return places.map((place) => ({ ...place, value: place.value / countOf.get(place.feature)! }));
  }

  private visit(normalised: string, emit: (hash: number, start: number, end: number) => void): void {
    const tokens = cut(normalised);
    for (const source of this.settings.sources) emitFeatures(tokens, source, emit);
  }

  private weigh(indices: Uint32Array): Float32Array {
    const { idf, sourceOf } = this.learnt;
    const { sources } = this.settings;
    const values = new Float32Array(indices.length);
    const squares = new Float64Array(sources.length);
    for (let i = 0; i < indices.length; i++) {
      const column = indices[i];
      const value = (1 + Math.log(this.counts[column])) * idf[column];
      values[i] = value;
      squares[sourceOf[column]] += value * value;
    }
    const scales = sources.map(({ weight }, source) => weight / Math.sqrt(squares[source]));
    for (let i = 0; i < indices.length; i++) values[i] *= scales[sourceOf[indices[i]]];
    return values;
  }
}

async function learn(
  texts: readonly string[],
  { sources, minDocuments, maxFeatures }: VectorizerSettings,
  signal?: AbortSignal,
): Promise<VectorizerTensors> {
  const index = new HashIndex();
  /** By the number of a hash: in how many texts, which source, and the last text that had it. */
  const documents: number[] = [];
  const sourceOf: number[] = [];
  const lastText: number[] = [];
  await inTurns(texts, signal, (text, position) => {
    const tokens = cut(normalise(text));
    for (const [source, settings] of sources.entries())
      emitFeatures(tokens, settings, (hash) => {
        const number = index.add(hash);
        if (number === documents.length) {
          documents.push(0);
          sourceOf.push(source);
          lastText.push(-1);
        }
        if (lastText[number] === position) return;
        lastText[number] = position;
        documents[number]++;
      });
  });
  const kept = keep(documents, minDocuments, maxFeatures);
  const hashes = index.toArray();
  return {
    hashes: kept.map((number) => hashes[number]),
    idf: Float32Array.from(kept, (number) => 1 + Math.log((1 + texts.length) / (1 + documents[number]))),
    sourceOf: Uint8Array.from(kept, (number) => sourceOf[number]),
  };
}

/** The numbers of enough texts; where those are too many, the most frequent of them. */
function keep(documents: number[], minDocuments: number, maxFeatures: number): Uint32Array {
  const frequent = Uint32Array.from(documents.keys()).filter((number) => documents[number] >= minDocuments);
  if (frequent.length <= maxFeatures) return frequent;
  return frequent
    .sort((a, b) => documents[b] - documents[a] || a - b)
    .slice(0, maxFeatures)
    .sort();
}

function stack(rows: readonly SparseRow[], columns: number): Csr {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach(({ indices }, row) => (offsets[row + 1] = offsets[row] + indices.length));
  const csr = {
    rows: rows.length,
    columns,
    offsets,
    indices: new Uint32Array(offsets[rows.length]),
    values: new Float32Array(offsets[rows.length]),
  };
  rows.forEach(({ indices, values }, row) => {
    csr.indices.set(indices, offsets[row]);
    csr.values.set(values, offsets[row]);
  });
  return csr;
}
