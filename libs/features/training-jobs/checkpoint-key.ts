/** Two keys an attempt, used in turn: the one that the job's row names is never overwritten. */
export function checkpointKeyOf(tenantId: string, jobId: string, attempt: number, count: number): string {
  return `${tenantId}/checkpoints/${jobId}-${attempt}-${count % 2}`;
}

/** Every key that attempts up to this one may have used. */
export function checkpointKeysOf(tenantId: string, jobId: string, attempts: number): string[] {
  return Array.from({ length: 2 * attempts }, (_, i) => checkpointKeyOf(tenantId, jobId, (i >> 1) + 1, i % 2));
}
