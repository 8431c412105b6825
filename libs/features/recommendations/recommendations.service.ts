import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../../platform/access/principal.js';
import { Changes } from '../../platform/changes/changes.js';
import { WatchedCache } from '../../platform/changes/watched-cache.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, NIL_ID, parseId, timeOfId } from '../../platform/http/ids.js';
import { recommendationsTotal } from '../../platform/telemetry/metrics.js';
import { DeploymentsService } from '../deployments/index.js';
import { ErasedUsers } from '../end-users/index.js';
import { Quotas } from '../limits/index.js';
import { ModelsService, type StoredArtifact } from '../models/index.js';
import { hashPayload, UsageRecorder } from '../usage/index.js';
import { idempotencyKeyReused, idempotencyKeyTooOld } from './idempotency-key.js';
import { PredictorCache } from './predictor-cache.js';
import { wrongTask } from './recommendations.errors.js';
import type { Recommend, Recommendations } from './recommendations.schema.js';

/** A caller's id says when it was made; what is further from now is a mistake. */
const KEY_AGE_MS = 86_400_000;
/** Calls that this process remembers by the caller's id. */
const CALLS_MAX = 100_000;

interface Route {
  projectId: string;
  /** What the deployment answers. */
  task: string;
  artifact: StoredArtifact;
}

@Injectable()
export class RecommendationsService {
  /** By tenant and deployment. */
  private readonly routes: WatchedCache<Route>;
  /** What the calls asked that named themselves, by tenant and id. */
  private readonly calls = new LRUCache<string, string>({ max: CALLS_MAX });

  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentsService,
    private readonly models: ModelsService,
    private readonly predictors: PredictorCache,
    private readonly erased: ErasedUsers,
    private readonly quotas: Quotas,
    private readonly recorder: UsageRecorder,
    private readonly clock: Clock,
    changes: Changes,
  ) {
    this.routes = new WatchedCache(changes);
    changes.onChange(({ table, tenantId, id }) => {
      if (table === 'deployments') this.routes.forget(`${tenantId}/${id}`);
      if (table === 'model_versions') this.routes.forgetWhere(({ artifact }) => artifact.modelVersionId === id);
    });
  }

  /** Ranks items for a user. Limits are asked before the work, and the call is durable in the journal before it is answered. */
  async recommend(
    principal: Principal,
    deploymentId: string,
    request: Recommend,
    idempotencyKey?: string,
  ): Promise<Recommendations> {
    const { projectId, task, artifact } = await this.requireRoute(principal, parseId('deployment', deploymentId));
    if (task !== 'recommendation') throw wrongTask(task, 'recommendations');
    const { tenantId } = principal;
    const key = principal.kind === 'apiKey' ? principal : null;
    const payloadHash = hashPayload([deploymentId, request, key?.mode]);
    if (idempotencyKey) this.remember(tenantId, idempotencyKey, payloadHash);
    // A test key's calls are answered as any other's, and counted where nothing is billed.
    const isTest = key?.mode === 'test';
    const wanted: Record<string, number> = isTest
      ? { test_requests: 1 }
      : { recommendation_requests: 1, recommended_items: request.limit };
    const caller = { tenantId, projectId, familyId: key?.familyId ?? NIL_ID };
    const reservation = await this.quotas.reserve(caller, wanted);
    try {
      const predictor = await this.predictors.get(artifact);
      const { userId } = request;
      const isErased = userId !== undefined && (await this.erased.has(tenantId, projectId, userId));
      const result = await predictor.recommend(isErased ? { ...request, userId: undefined } : request);
      const recommendationId = idempotencyKey ?? newId();
      const occurredAt = this.clock.now().toISOString();
      const uses = isTest
        ? [reservation.use('test_requests', 1)]
        : [reservation.use('recommendation_requests', 1), reservation.use('recommended_items', result.items.length)];
      await this.recorder.record({
        id: recommendationId,
        tenantId,
        projectId,
        apiKeyId: key?.apiKeyId,
        deploymentId,
        occurredAt,
        ...reservation.context,
        payloadHash,
        uses: uses.filter(({ quantity }) => quantity > 0),
      });
      reservation.commit();
      recommendationsTotal.inc({ source: result.source });
      return { recommendationId, modelVersionId: artifact.modelVersionId, ...result };
    } finally {
      reservation.release();
    }
  }

  /** @throws Problem 400 or 409 for an id that cannot be this call's */
  private remember(tenantId: string, id: string, payloadHash: string): void {
    if (Math.abs(this.clock.now().getTime() - timeOfId(id)) > KEY_AGE_MS) throw idempotencyKeyTooOld();
    const before = this.calls.get(`${tenantId}/${id}`);
    if (before !== undefined && before !== payloadHash) throw idempotencyKeyReused();
    this.calls.set(`${tenantId}/${id}`, payloadHash);
  }

  private async requireRoute(principal: Principal, deploymentId: string): Promise<Route> {
    const name = `${principal.tenantId}/${deploymentId}`;
    const route = await this.routes.get(name, async () => {
      const found = await this.findRoute(principal.tenantId, deploymentId);
      if (!found) throw notFound('deployment', deploymentId);
      return found;
    });
    if (principal.kind === 'apiKey' && principal.projectId !== route.projectId)
      throw notFound('deployment', deploymentId);
    return route;
  }

  private findRoute(tenantId: string, deploymentId: string): Promise<Route | null> {
    return this.database.tenant(tenantId, async (transaction) => {
      const deployment = await this.deployments.find(transaction, deploymentId);
      const artifact = deployment && (await this.models.findArtifact(transaction, deployment.modelVersionId));
      return artifact && { projectId: deployment.projectId, task: deployment.task, artifact };
    });
  }
}
