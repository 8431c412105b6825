import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Claim, LeasedTable } from '../../platform/queue/leased-rows.js';
import type { WebhookAttempt, WebhookDelivery } from './webhooks.schema.js';

export interface ClaimedDelivery extends Claim {
  /** Of the schedule of retries, this one included. */
  tries: number;
  endpointId: string;
  url: string;
  /** Encrypted; the present one first. */
  secrets: Uint8Array[];
  messageId: string;
  type: string;
  data: object;
  createdAt: Date;
  attempts: WebhookAttempt[];
}

/** Requests to one endpoint at a time, over all workers. */
const ENDPOINT_DELIVERIES_MAX = 2;
/** Requests for one organization at a time; whoever has fewer under way comes first. */
const ORGANIZATION_DELIVERIES_MAX = 8;
const ATTEMPTS_KEPT = 10;

export const DELIVERIES: LeasedTable = {
  name: 'webhook_deliveries',
  lock: 0x77656268,
  isOpen: "status = 'pending'",
  onClaim: 'tries = tries + 1',
  due: 'next_attempt_at',
};

/**
 * At most $1: of each endpoint the oldest that are due, as many as it and its organization have room for: neither an endpoint with a long queue
 * nor an organization whose endpoints never answer keeps others waiting, and one that is suspended waits itself. The
 * endpoints that something waits for are found by steps along an index, so that neither long queues nor idle endpoints cost.
 */
export const NEXT_DELIVERIES = `
  WITH RECURSIVE waiting AS (
    (SELECT tenant_id, endpoint_id FROM webhook_deliveries WHERE status = 'pending'
     ORDER BY tenant_id, endpoint_id LIMIT 1)
    UNION ALL
    SELECT following.tenant_id, following.endpoint_id FROM waiting CROSS JOIN LATERAL (
      SELECT tenant_id, endpoint_id FROM webhook_deliveries
      WHERE status = 'pending' AND (tenant_id, endpoint_id) > (waiting.tenant_id, waiting.endpoint_id)
      ORDER BY tenant_id, endpoint_id LIMIT 1) following),
  busy AS (
    SELECT tenant_id, endpoint_id, count(*) AS count FROM webhook_deliveries
    WHERE lease_expires_at IS NOT NULL GROUP BY tenant_id, endpoint_id),
  ranked AS (
    SELECT due.*, row_number() OVER (PARTITION BY due.tenant_id ORDER BY due.next_attempt_at)
      + coalesce((SELECT sum(count) FROM busy WHERE busy.tenant_id = due.tenant_id), 0) AS place
    FROM waiting
    JOIN webhook_endpoints enabled
      ON enabled.tenant_id = waiting.tenant_id AND enabled.id = waiting.endpoint_id AND enabled.disabled_at IS NULL
    JOIN organizations ON organizations.id = waiting.tenant_id AND organizations.suspended_at IS NULL
    LEFT JOIN busy ON busy.tenant_id = waiting.tenant_id AND busy.endpoint_id = waiting.endpoint_id
    CROSS JOIN LATERAL (
      SELECT tenant_id, id, next_attempt_at FROM webhook_deliveries
      WHERE tenant_id = waiting.tenant_id AND endpoint_id = waiting.endpoint_id AND status = 'pending'
        AND next_attempt_at <= now() AND lease_expires_at IS NULL
      ORDER BY next_attempt_at
      LIMIT greatest(0, ${ENDPOINT_DELIVERIES_MAX} - coalesce(busy.count, 0))) due)
  SELECT tenant_id, id FROM ranked WHERE place <= ${ORGANIZATION_DELIVERIES_MAX} ORDER BY place, next_attempt_at LIMIT $1`;

@Injectable()
export class DeliveriesRepository {
  /** Requires a system transaction. */
  async readClaimed(transaction: Transaction, claims: Claim[]): Promise<ClaimedDelivery[]> {
    type Row = Omit<ClaimedDelivery, 'secrets'> & { secret: Uint8Array; previousSecret: Uint8Array | null };
    const rows = await transaction.$queryRaw<Row[]>`
      SELECT delivery.tenant_id AS "tenantId", delivery.id, delivery.attempt, delivery.tries, delivery.attempts,
        delivery.endpoint_id AS "endpointId", endpoint.url, endpoint.secret,
        CASE WHEN endpoint.previous_secret_expires_at > now() THEN endpoint.previous_secret END AS "previousSecret",
        message.id AS "messageId", message.type, message.data, message.created_at AS "createdAt"
      FROM webhook_deliveries delivery
      JOIN webhook_endpoints endpoint ON endpoint.tenant_id = delivery.tenant_id AND endpoint.id = delivery.endpoint_id
      JOIN webhook_messages message ON message.tenant_id = delivery.tenant_id AND message.id = delivery.message_id
      WHERE (delivery.tenant_id, delivery.id) IN (
        SELECT * FROM unnest(${claims.map(({ tenantId }) => tenantId)}::uuid[], ${claims.map(({ id }) => id)}::uuid[]))`;
    return rows.map(({ secret, previousSecret, ...row }) => ({
      ...row,
      secrets: previousSecret ? [secret, previousSecret] : [secret],
    }));
  }

  async succeed(transaction: Transaction, claimed: ClaimedDelivery, attempt: WebhookAttempt): Promise<void> {
    if (!(await this.recordAttempt(transaction, claimed, attempt, 'succeeded'))) return;
    const where = { id: claimed.endpointId, failingSince: { not: null } };
    await transaction.webhookEndpoint.updateMany({ where, data: { failingSince: null } });
  }

  /** Remembers since when the endpoint fails; true when that is longer than `days`. */
  async recordFailure(transaction: Transaction, endpointId: string, days: number): Promise<boolean> {
    const [row] = await transaction.$queryRaw<{ isLong: boolean }[]>`
      UPDATE webhook_endpoints SET failing_since = coalesce(failing_since, now()) WHERE id = ${endpointId}::uuid
      RETURNING failing_since <= now() - make_interval(days => ${days}::int) AS "isLong"`;
    return row?.isLong ?? false;
  }

  /** Writes down what came of an attempt, while the claim is the latest: a worker that was thought dead changes nothing. */
  async recordAttempt(
    transaction: Transaction,
    { id, attempt, attempts }: ClaimedDelivery,
    made: WebhookAttempt,
    status: WebhookDelivery['status'],
  ): Promise<boolean> {
    const history = JSON.stringify([...attempts, made].slice(-ATTEMPTS_KEPT));
    const count = await transaction.$executeRaw`
      UPDATE webhook_deliveries SET status = ${status}::webhook_delivery_status, lease_expires_at = NULL, attempts = ${history}::jsonb
      WHERE id = ${id}::uuid AND attempt = ${attempt} AND status = 'pending'`;
    return count === 1;
  }
}
