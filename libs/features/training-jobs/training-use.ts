import type { CompletedWork } from '../usage/index.js';

/**
 * What a job computed, as the ledger counts it: once for each job, as the event's id is the job's; in whole seconds, at least one.
 *
 * @param beganAt by the plan of then it is priced, whatever the plan is at its end
 */
export function trainingUse(
  job: { id: string; tenantId: string; projectId: string; pool: string },
  seconds: number,
  beganAt: Date,
  occurredAt: Date,
): CompletedWork {
  const { pool: deviceClass, id, tenantId, projectId } = job;
  const quantity = Math.max(1, Math.ceil(seconds));
  return {
    id,
    tenantId,
    projectId,
    deviceClass,
    beganAt: beganAt.toISOString(),
    occurredAt: occurredAt.toISOString(),
    meter: 'training_seconds',
    quantity,
  };
}
