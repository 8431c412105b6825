import { Inject, Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { FamilyKey } from '../../models/manifests.js';
import { loadPredictor } from '../../models/predictors.js';
import type { Predictor } from '../../models/tasks/tasks.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { sha256Hex } from '../../platform/secrets/secrets.js';
import type { StoredArtifact } from '../models/index.js';
import { artifactDamaged } from './serving.errors.js';

const BYTES_MAX = 2 * 1024 ** 3;

/** Loaded models, the least recently used dropped first. The key is the artifact's in the object store, which holds the tenant's id and never names other bytes. */
@Injectable()
export class PredictorCache {
  private readonly logger = new Logger(PredictorCache.name);
  private readonly cache = new LRUCache<string, Predictor, StoredArtifact>({
    maxSize: BYTES_MAX,
    sizeCalculation: ({ byteLength }) => Math.max(1, byteLength),
    // A flood of other entries must not fail a fetch that is under way.
    ignoreFetchAbort: true,
    fetchMethod: async (_, __, { context }) => this.load(context),
  });

  constructor(@Inject(OBJECT_STORE) private readonly objects: ObjectStore) {}

  async get(artifact: StoredArtifact): Promise<Predictor> {
    return this.cache.forceFetch(artifact.artifactKey, { context: artifact });
  }

  /** @throws Problem 503 where the file is not, to the bit, what training stored: a wrong answer is worse than none */
  private async load({ artifactKey, artifactSha256, modelVersionId, family }: StoredArtifact): Promise<Predictor> {
    const bytes = await this.objects.get(artifactKey);
    const sha256 = await sha256Hex(bytes);
    if (sha256 !== artifactSha256) {
      this.logger.error({ msg: 'an artifact is not what training stored', artifactKey, sha256, artifactSha256 });
      throw artifactDamaged(modelVersionId);
    }
    return loadPredictor(family as FamilyKey, bytes);
  }
}
