import type { CompletedWork } from '../usage/index.js';

/** What a job computed, as the ledger counts it: once for each job, as the event's id is the job's; in whole seconds, at least one. */
export function trainingUse(
  job: { id: string; tenantId: string; projectId: string; pool: string },
  seconds: number,
  occurredAt: Date,
): CompletedWork {
  const { pool: deviceClass, id, tenantId, projectId } = job;
  const quantity = Math.max(1, Math.ceil(seconds));
  return {
    id,
    tenantId,
    projectId,
    deviceClass,
    occurredAt: occurredAt.toISOString(),
    meter: 'training_seconds',
    quantity,
  };
}
