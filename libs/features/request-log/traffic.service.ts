import { Injectable } from '@nestjs/common';
import { DeploymentsService } from '../deployments/index.js';
import { LogReads } from './log-reads.js';
import { type MeasuredCalls, TrafficRepository } from './traffic.repository.js';
import { bucketMsOf, type Measures, type ProjectTraffic, type Traffic, type TrafficQuery } from './traffic.schema.js';

/** The calls of deployments, as the request log holds them. */
@Injectable()
export class TrafficService {
  constructor(
    private readonly reads: LogReads,
    private readonly repository: TrafficRepository,
    private readonly deployments: DeploymentsService,
  ) {}

  async get(tenantId: string, projectId: string, deploymentId: string, query: TrafficQuery): Promise<Traffic> {
    const { id } = await this.deployments.get(tenantId, projectId, deploymentId);
    const { deployments: _, ...traffic } = await this.measure(tenantId, projectId, [id], query);
    return traffic;
  }

  /** Of the deployments that the project has now. */
  async getOfProject(tenantId: string, projectId: string, query: TrafficQuery): Promise<ProjectTraffic> {
    const deploymentIds = await this.deployments.listIds(tenantId, projectId);
    return this.measure(tenantId, projectId, deploymentIds, query);
  }

  private async measure(
    tenantId: string,
    projectId: string,
    deploymentIds: string[],
    query: TrafficQuery,
  ): Promise<ProjectTraffic> {
    const bucketMs = bucketMsOf(query);
    const [total, ...parts] = await this.reads.read(tenantId, (transaction) =>
      this.repository.measure(transaction, projectId, deploymentIds, query, bucketMs),
    );
    return {
      from: query.from.toISOString(),
      to: query.to.toISOString(),
      total: toMeasures(total!),
      bucketSeconds: bucketMs / 1_000,
      buckets: parts.flatMap((part) => (part.start ? [{ start: part.start.toISOString(), ...toMeasures(part) }] : [])),
      deployments: parts.flatMap((part) =>
        part.deployment ? [{ deploymentId: part.deployment, ...toMeasures(part) }] : [],
      ),
    };
  }
}

function toMeasures({ latency, fallbacks, ...calls }: MeasuredCalls): Measures {
  const byStatus = { '2xx': calls.c2, '3xx': calls.c3, '4xx': calls.c4, '5xx': calls.c5 };
  const [p50, p95, p99] = latency ?? [];
  return { byStatus, fallbacks: fallbacks ?? {}, latencyMs: p50 === undefined ? null : { p50, p95: p95!, p99: p99! } };
}
