import { rowIndicesOf } from '../../compute/csr/kernel.js';
import { topK } from '../../compute/top-k/kernel.js';
import type { RankingPredictor, RecommendRequest, RecommendResult } from '../family.js';
import { type LoadedArtifact, parseAttributes, readArtifact } from './artifact.js';
import type { Factors } from './recipes/ials.js';
import { topPopular } from './recipes/popularity.js';

const NOTHING_SEEN = new Uint32Array(0);

/** Throws the artifact error when the bytes are not a valid recommender artifact. */
export function loadRecommenderPredictor(artifact: Uint8Array): RankingPredictor {
  return new RecommenderPredictor(readArtifact(artifact), artifact.byteLength);
}

class RecommenderPredictor implements RankingPredictor {
  readonly byteLength: number;
  private readonly artifact: LoadedArtifact;

  constructor(artifact: LoadedArtifact, artifactLength: number) {
    this.artifact = artifact;
    this.byteLength = artifactLength;
  }

  recommend({ userId, limit, excludeSeen }: RecommendRequest): RecommendResult {
    const { factors, seen, users } = this.artifact;
    const user = users.find(userId);
    const excluded = excludeSeen && user !== undefined ? rowIndicesOf(seen, user) : NOTHING_SEEN;
    if (factors === null) return { source: 'popularity', items: this.rankByPopularity(limit, excluded) };
    if (user !== undefined) return { source: 'model', items: this.rankByFactors(factors, user, limit, excluded) };
    const items = this.rankByPopularity(limit, excluded);
    return { source: 'popularity', fallbackReason: 'unknown_user', items };
  }

  private rankByFactors({ users, items, dimensions }: Factors, user: number, limit: number, excluded: Uint32Array) {
    const vector = users.subarray(user * dimensions, (user + 1) * dimensions);
    const { indices, scores } = topK(vector, items, limit, excluded);
    return this.present(indices, (position) => scores[position]);
  }

  private rankByPopularity(limit: number, excluded: Uint32Array) {
    const { popularity } = this.artifact;
    const indices = topPopular(popularity, limit, excluded);
    return this.present(indices, (position) => popularity.counts[indices[position]]);
  }

  private present(indices: Uint32Array, scoreAt: (position: number) => number): RecommendResult['items'] {
    const { itemIds, itemAttributes } = this.artifact;
    return Array.from(indices, (item, position) => {
      const attributes = parseAttributes(itemAttributes.at(item));
      const entry = { itemId: itemIds.at(item), score: scoreAt(position), rank: position + 1 };
      return attributes ? { ...entry, attributes } : entry;
    });
  }
}
