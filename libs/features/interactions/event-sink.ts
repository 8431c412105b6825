import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, secretsOf } from '../../platform/config/config.js';
import type { Sql } from '../../platform/database/database.js';
import { type LiveBatch, LiveInteractionsRepository, type LiveRow } from '../data-sets/index.js';
import { hashUser } from '../end-users/index.js';
import { type MeteredCall, UsageRecorder } from '../usage/index.js';

type Batch = LiveBatch & { projectId: string };

/** Moves events from the journal into their data sets, in the transaction that counts them. */
@Injectable()
export class EventSink {
  constructor(
    private readonly repository: LiveInteractionsRepository,
    recorder: UsageRecorder,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    recorder.onDrain((sql, calls) => this.keep(sql, calls));
  }

  /** What belongs to a data set that is gone goes nowhere; nor do people come back whose erasure ended after their event was taken. */
  private async keep(sql: Sql, calls: readonly MeteredCall[]): Promise<void> {
    const came = calls.flatMap(({ tenantId, occurredAt, interactions }) =>
      interactions
        ? [
            {
              tenantId,
              dataSetId: interactions.dataSetId,
              receivedAt: occurredAt,
              rows: interactions.rows as LiveRow[],
            },
          ]
        : [],
    );
    if (came.length === 0) return;
    const held = await this.repository.hold(sql, distinct(came));
    const projects = new Map(held.map((each) => [each.dataSetId, each.projectId]));
    const batches = came.flatMap((batch) => {
      const projectId = projects.get(batch.dataSetId);
      return projectId ? [{ ...batch, projectId }] : [];
    });
    await this.repository.keep(sql, await this.withoutErased(sql, batches, held));
  }

  private async withoutErased(
    sql: Sql,
    batches: Batch[],
    projects: { tenantId: string; projectId: string }[],
  ): Promise<Batch[]> {
    if (batches.length === 0) return batches;
    const since = batches.map(({ receivedAt }) => receivedAt).sort()[0]!;
    const erasing = await this.repository.findErasing(sql, projects, since);
    if (erasing.length === 0) return batches;
    const untilMs = new Map<string, number>();
    for (const { projectId, userHash, completedAtMs } of erasing) {
      const key = `${projectId}/${userHash}`;
      untilMs.set(key, Math.max(completedAtMs ?? Infinity, untilMs.get(key) ?? 0));
    }
    const secrets = secretsOf(this.config);
    const isErased = (projectId: string, userId: string, receivedAtMs: number) =>
      secrets.some((secret) => {
        const hash = Buffer.from(hashUser(secret, projectId, userId)).toString('hex');
        return (untilMs.get(`${projectId}/${hash}`) ?? 0) >= receivedAtMs;
      });
    const concerned = new Set(erasing.map(({ projectId }) => projectId));
    return batches.map((batch) => {
      if (!concerned.has(batch.projectId)) return batch;
      const receivedAtMs = Date.parse(batch.receivedAt);
      return { ...batch, rows: batch.rows.filter(([, userId]) => !isErased(batch.projectId, userId, receivedAtMs)) };
    });
  }
}

function distinct(batches: readonly LiveBatch[]): LiveBatch[] {
  return [...new Map(batches.map((batch) => [batch.dataSetId, batch])).values()];
}
