import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { RankingPredictor } from '../../models/family.js';
import { findRecipe } from '../../models/manifests.js';
import { loadPredictor } from '../../models/predictors.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { sha256Hex } from '../../platform/secrets/secrets.js';
import type { StoredArtifact } from '../models/index.js';

const BYTES_MAX = 2 * 1024 ** 3;

/** Loaded models, the least recently used dropped first. The key is the artifact's in the object store, which holds the tenant's id and never names other bytes. */
@Injectable()
export class PredictorCache {
  private readonly cache = new LRUCache<string, RankingPredictor, StoredArtifact>({
    maxSize: BYTES_MAX,
    sizeCalculation: ({ byteLength }) => Math.max(1, byteLength),
    // A flood of other entries must not fail a fetch that is under way.
    ignoreFetchAbort: true,
    fetchMethod: async (_, __, { context }) => this.load(context),
  });

  constructor(@Inject(OBJECT_STORE) private readonly objects: ObjectStore) {}

  async get(artifact: StoredArtifact): Promise<RankingPredictor> {
    return this.cache.forceFetch(artifact.artifactKey, { context: artifact });
  }

  private async load({ artifactKey, artifactSha256, recipe }: StoredArtifact): Promise<RankingPredictor> {
    const bytes = await this.objects.get(artifactKey);
    if ((await sha256Hex(bytes)) !== artifactSha256)
      throw new Error(`Artifact ${artifactKey} is not what training stored: its SHA-256 differs`);
    return loadPredictor(findRecipe(recipe)!.family, bytes);
  }
}
