import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { DeploymentsService } from '../deployments/index.js';
import { type MeasuredCalls, TrafficRepository } from './traffic.repository.js';
import { bucketMsOf, type Measures, type Traffic, type TrafficQuery } from './traffic.schema.js';

/** A deployment's calls, as the request log holds them. */
@Injectable()
export class TrafficService {
  constructor(
    private readonly database: Database,
    private readonly repository: TrafficRepository,
    private readonly deployments: DeploymentsService,
  ) {}

  async get(tenantId: string, projectId: string, deploymentId: string, query: TrafficQuery): Promise<Traffic> {
    const { id } = await this.deployments.get(tenantId, projectId, deploymentId);
    const bucketMs = bucketMsOf(query);
    const [total, ...buckets] = await this.database.tenant(tenantId, (transaction) =>
      this.repository.measure(transaction, id, query, bucketMs),
    );
    return {
      from: query.from.toISOString(),
      to: query.to.toISOString(),
      total: toMeasures(total!),
      bucketSeconds: bucketMs / 1_000,
      buckets: buckets.map((bucket) => ({ start: bucket.start!.toISOString(), ...toMeasures(bucket) })),
    };
  }
}

function toMeasures({ latency, ...calls }: MeasuredCalls): Measures {
  const byStatus = { '2xx': calls.c2, '3xx': calls.c3, '4xx': calls.c4, '5xx': calls.c5 };
  const [p50, p95, p99] = latency ?? [];
  return { byStatus, latencyMs: p50 === undefined ? null : { p50, p95: p95!, p99: p99! } };
}
