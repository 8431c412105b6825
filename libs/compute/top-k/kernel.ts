import type { TopItems } from './reference.js';

/**
 * Scores `vector` `[d]` against every row of `items` `[items, d]` by dot product and keeps the k best not in `excluded`,
 * which must be ascending. Scores must be finite. An insertion list, so meant for k up to about a thousand.
 */
export function topK(vector: Float32Array, items: Float32Array, k: number, excluded: Uint32Array): TopItems {
  const d = vector.length;
  const count = items.length / d;
  const list = new InsertionList(Math.min(k, count));
  const scores = new Float32Array(4);
  let nextExcluded = 0;
  for (let first = 0; first < count; first += 4) {
    scoreFour(vector, items, first, Math.min(first + 4, count), scores);
    for (let item = first; item < first + 4 && item < count; item++) {
      if (excluded[nextExcluded] === item) nextExcluded++;
      else list.offer(item, scores[item - first]);
    }
  }
  return list.toTopItems();
}

/** Four dot products in one pass over `vector`; past the last item the last row stands in and its score goes unused. */
function scoreFour(v: Float32Array, items: Float32Array, first: number, end: number, scores: Float32Array): void {
  const d = v.length;
  const last = (end - 1) * d;
  const a = first * d;
  const b = Math.min(a + d, last);
  const c = Math.min(a + 2 * d, last);
  const e = Math.min(a + 3 * d, last);
  let [sumA, sumB, sumC, sumE] = [0, 0, 0, 0];
  for (let j = 0; j < d; j++) {
    const value = v[j];
    sumA += value * items[a + j];
    sumB += value * items[b + j];
    sumC += value * items[c + j];
    sumE += value * items[e + j];
  }
  scores[0] = sumA;
  scores[1] = sumB;
  scores[2] = sumC;
  scores[3] = sumE;
}

/** The best entries so far, best first. Items must be offered in ascending order for ties to go to the lower index. */
class InsertionList {
  private readonly indices: Uint32Array;
  private readonly scores: Float32Array;
  private length = 0;

  constructor(capacity: number) {
    this.indices = new Uint32Array(capacity);
    this.scores = new Float32Array(capacity);
  }

  offer(item: number, score: number): void {
    const [indices, scores] = [this.indices, this.scores];
    let position = this.length;
    if (position === scores.length) {
      if (position === 0 || score <= scores[position - 1]) return;
      position--;
    } else {
      this.length++;
    }
    for (; position > 0 && scores[position - 1] < score; position--) {
      scores[position] = scores[position - 1];
      indices[position] = indices[position - 1];
    }
    scores[position] = score;
    indices[position] = item;
  }

  toTopItems(): TopItems {
    return { indices: this.indices.subarray(0, this.length), scores: this.scores.subarray(0, this.length) };
  }
}
