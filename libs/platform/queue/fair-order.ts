/**
 * SQL for the row that is next by fair share: of each organization that has less under way than `most` the oldest, and of these the one
 * whose organization, which is not suspended, has had the least work in the last hour for its plan's weight. A row counts at least a second, so that many
 * short ones count too.
 *
 * @param table has status, started_at and finished_at
 * @param waiting query for the rows that may be taken, with what is wanted of them
 * @param most how many an organization may have under way
 */
export function fairOrder(table: string, waiting: string, most: string): string {
  return `
  WITH used AS (
    SELECT tenant_id, count(*) FILTER (WHERE status = 'running') AS running,
      sum(greatest(1, extract(epoch FROM coalesce(finished_at, now()) - greatest(started_at, now() - interval '1 hour')))) AS seconds
    FROM ${table}
    WHERE started_at IS NOT NULL AND (status = 'running' OR finished_at > now() - interval '1 hour')
    GROUP BY tenant_id),
  oldest AS (SELECT DISTINCT ON (tenant_id) * FROM (${waiting}) waiting ORDER BY tenant_id, created_at, id)
  SELECT oldest.*
  FROM oldest
  JOIN organizations ON organizations.id = tenant_id AND organizations.suspended_at IS NULL
  JOIN subscriptions USING (tenant_id)
  JOIN price_versions ON price_versions.id = subscriptions.price_version_id
  JOIN plans ON plans.key = price_versions.plan_key
  LEFT JOIN used USING (tenant_id)
  WHERE coalesce(used.running, 0) < ${most}
  ORDER BY coalesce(used.seconds, 0) / plans.training_weight, oldest.created_at, oldest.id
  LIMIT 1`;
}
