import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Principal } from '../../platform/access/principal.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { recommendationsTotal } from '../../platform/telemetry/metrics.js';
import { DeploymentsService } from '../deployments/index.js';
import { ModelsService, type StoredArtifact } from '../models/index.js';
import { UsageRecorder } from '../usage/index.js';
import { PredictorCache } from './predictor-cache.js';
import type { Recommend, Recommendations } from './recommendations.schema.js';

/** How long a node may go on with the version that a deployment had. */
const CACHE_MS = 1_000;

interface Route {
  projectId: string;
  artifact: StoredArtifact;
}

@Injectable()
export class RecommendationsService {
  private readonly routes = new LRUCache<string, Route, { tenantId: string; deploymentId: string }>({
    max: 10_000,
    ttl: CACHE_MS,
    // A flood of other entries must not fail a fetch that is under way.
    ignoreFetchAbort: true,
    fetchMethod: async (_, __, { context }) =>
      (await this.findRoute(context.tenantId, context.deploymentId)) ?? undefined,
  });

  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentsService,
    private readonly models: ModelsService,
    private readonly predictors: PredictorCache,
    private readonly usage: UsageRecorder,
    private readonly clock: Clock,
  ) {}

  /** Ranks items for a user. The call is in the ledger before it is answered. */
  async recommend(principal: Principal, deploymentId: string, request: Recommend): Promise<Recommendations> {
    const { tenantId } = principal;
    const context = { tenantId, deploymentId: parseId('deployment', deploymentId) };
    const route = await this.routes.fetch(`${tenantId}/${deploymentId}`, { context });
    if (!route || (principal.kind === 'apiKey' && principal.projectId !== route.projectId)) {
      throw notFound('deployment', deploymentId);
    }
    const predictor = await this.predictors.get(route.artifact);
    const result = await predictor.recommend(request);
    const recommendationId = newId();
    await this.usage.record({
      id: recommendationId,
      tenantId,
      meter: 'recommendation_requests',
      quantity: 1,
      projectId: route.projectId,
      apiKeyId: principal.kind === 'apiKey' ? principal.apiKeyId : undefined,
      deploymentId,
      occurredAt: this.clock.now(),
    });
    recommendationsTotal.inc({ source: result.source });
    return { recommendationId, modelVersionId: route.artifact.modelVersionId, ...result };
  }

  private findRoute(tenantId: string, deploymentId: string): Promise<Route | null> {
    return this.database.tenant(tenantId, async (transaction) => {
      const deployment = await this.deployments.find(transaction, deploymentId);
      const artifact = deployment && (await this.models.findArtifact(transaction, deployment.modelVersionId));
      return artifact && { projectId: deployment.projectId, artifact };
    });
  }
}
