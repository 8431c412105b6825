import { rowIndicesOf } from '../../compute/csr/kernel.js';
import type { Engine } from '../../compute/engine/engine.js';
import { buildItemIndex, topItems, topScores, type ItemIndex, type TopItems } from '../../compute/top-k/kernel.js';
import type { RecommendRequest, RecommendResult } from '../tasks/recommendation/task.js';
import type { Predictor } from '../tasks/tasks.js';
import { type LoadedArtifact, parseAttributes, readArtifact } from './artifact.js';
import type { FactorModel, HybridModel, ProductModel } from './fitted-model.js';
import { topPopular } from './recipes/popularity.js';
import { scoreUsers } from './scoring.js';

const NOTHING_SEEN = new Uint32Array(0);

/** Rejects with the artifact error when the bytes are not a valid recommender artifact. */
export async function loadRecommenderPredictor(bytes: Uint8Array, engine: Engine): Promise<RecommenderPredictor> {
  const artifact = readArtifact(bytes);
  const { model } = artifact;
  if (model?.kind === 'product') return loadProduct(artifact, model, bytes.byteLength, engine);
  if (model === null || model.kind === 'hybrid')
    return new RecommenderPredictor(artifact, bytes.byteLength, engine, null);
  const items = engine.own(model.items);
  const index = await buildItemIndex(engine, items, model.dimensions);
  const predictor = new RecommenderPredictor(artifact, bytes.byteLength + items.byteLength / 2, engine, index);
  engine.releaseWith(predictor, items);
  return predictor;
}

/** Puts S, which every request reads, where the kernels reach it. */
function loadProduct(
  artifact: LoadedArtifact,
  model: ProductModel,
  byteLength: number,
  engine: Engine,
): RecommenderPredictor {
  const { offsets, indices, values } = model.similarity;
  const own = { offsets: engine.own(offsets), indices: engine.own(indices), values: values && engine.own(values) };
  const reachable = { ...model, similarity: { ...model.similarity, ...own } };
  const predictor = new RecommenderPredictor({ ...artifact, model: reachable }, byteLength, engine, null);
  const copies = [own.offsets, own.indices, own.values].filter((array, i) => array !== [offsets, indices, values][i]);
  engine.releaseWith(predictor, ...copies);
  return predictor;
}

export class RecommenderPredictor implements Predictor<'recommendation'> {
  /** By item; what has been shown once is not parsed again. */
  private readonly attributes = new Map<number, Record<string, string> | null>();

  /** @param index of the items where the model is one of factors */
  constructor(
    private readonly artifact: LoadedArtifact,
    readonly byteLength: number,
    private readonly engine: Engine,
    private readonly index: ItemIndex | null,
  ) {}

  async recommendations({
    userId,
    limit,
    excludeSeen,
    personalized = true,
  }: RecommendRequest): Promise<RecommendResult> {
    const { model, seen, users } = this.artifact;
    const user = personalized && userId !== undefined ? users.find(userId) : undefined;
    const excluded = excludeSeen && user !== undefined ? rowIndicesOf(seen, user) : NOTHING_SEEN;
    const popular = () => ({ source: 'popularity' as const, items: this.rankByPopularity(limit, excluded) });
    if (model === null || !personalized) return popular();
    if (user === undefined) return { ...popular(), fallbackReason: 'unknown_user' };
    const items = hasLearnt(model, user) ? await this.rankFor(model, user, limit, excluded) : [];
    // Where nothing speaks for any item all stand level at 0, in the order of their ids.
    const isLevel = items.every(({ score }) => score === 0);
    return isLevel && limit > 0 ? { ...popular(), fallbackReason: 'nothing_learnt' } : { source: 'model', items };
  }

  private async rankFor(
    model: FactorModel | ProductModel | HybridModel,
    user: number,
    limit: number,
    excluded: Uint32Array,
  ) {
    const top = await (model.kind === 'factors'
      ? this.rankByFactors(model, user, limit, excluded)
      : this.rankByScores(model, user, limit, excluded));
    return this.present(top.indices.subarray(0, top.counts[0]), (position) => top.scores[position]);
  }

  private rankByFactors({ users, dimensions }: FactorModel, user: number, limit: number, excluded: Uint32Array) {
    const query = users.subarray(user * dimensions, (user + 1) * dimensions);
    return topItems(this.engine, this.index!, query, limit, this.candidates(excluded));
  }

  /** Scores every item. */
  private async rankByScores(
    model: ProductModel | HybridModel,
    user: number,
    limit: number,
    excluded: Uint32Array,
  ): Promise<TopItems> {
    const items = this.artifact.itemIds.length;
    const scores = this.engine.float32(items);
    try {
      await scoreUsers(this.engine, model, Uint32Array.of(user), scores);
      return await topScores(this.engine, scores, items, limit, this.candidates(excluded));
    } finally {
      this.engine.release(scores);
    }
  }

  private candidates(excluded: Uint32Array) {
    const columns = this.artifact.itemIds.length;
    const offsets = Uint32Array.of(0, excluded.length);
    return { excluded: { rows: 1, columns, offsets, indices: excluded, values: null }, allowed: null };
  }

  private rankByPopularity(limit: number, excluded: Uint32Array) {
    const { popularity } = this.artifact;
    const indices = topPopular(popularity, limit, excluded);
    return this.present(indices, (position) => popularity.scores[indices[position]]);
  }

  private attributesOf(item: number): Record<string, string> | null {
    let attributes = this.attributes.get(item);
    if (attributes === undefined) {
      attributes = parseAttributes(this.artifact.itemAttributes.at(item));
      this.attributes.set(item, attributes);
    }
    return attributes;
  }

  private present(indices: Uint32Array, scoreAt: (position: number) => number): RecommendResult['items'] {
    const { itemIds } = this.artifact;
    return Array.from(indices, (item, position) => {
      const attributes = this.attributesOf(item);
      const entry = { itemId: itemIds.at(item), score: scoreAt(position), rank: position + 1 };
      return attributes ? { ...entry, attributes } : entry;
    });
  }
}

/** Whether the fit kept anything of what the user did; events that weigh nothing leave a known user blank. */
function hasLearnt(model: FactorModel | ProductModel | HybridModel, user: number): boolean {
  if (model.kind === 'hybrid') return model.generators.some((generator) => hasLearnt(generator, user));
  if (model.kind === 'product') return model.histories.offsets[user] < model.histories.offsets[user + 1];
  const { users, dimensions } = model;
  return users.subarray(user * dimensions, (user + 1) * dimensions).some((value) => value !== 0);
}
