import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import type { ListTroubledEndpointsQuery, TroubledEndpoint, WebhookHealth } from './webhook-health.schema.js';

interface TroubledRow {
  id: string;
  organization: { id: string; name: string };
  url: string;
  failingSince: Date | null;
  disabledAt: Date | null;
  disabledReason: string | null;
  waiting: number;
  oldestWaitingAt: Date | null;
}

type Counts = Omit<WebhookHealth['lastDay'], 'deliveredShare'>;

const IN_STATE = {
  failing: Prisma.sql`disabled_at IS NULL AND failing_since IS NOT NULL`,
  disabled: Prisma.sql`disabled_at IS NOT NULL`,
};

/** Reads webhooks over all tenants; each method requires a system transaction. */
@Injectable()
export class WebhookHealthRepository {
  async get(transaction: Transaction): Promise<WebhookHealth> {
    const [waiting] = await transaction.$queryRaw<{ waiting: number; oldestWaitingAt: Date | null }[]>`
      SELECT count(*)::int AS waiting, min(delivery.created_at) AS "oldestWaitingAt"
      FROM webhook_deliveries delivery
      JOIN webhook_endpoints endpoint ON endpoint.tenant_id = delivery.tenant_id AND endpoint.id = delivery.endpoint_id
      WHERE status = 'pending' AND disabled_at IS NULL`;
    const [lastDay] = await transaction.$queryRaw<Counts[]>`
      SELECT count(*) FILTER (WHERE status = 'succeeded')::int AS succeeded, count(*) FILTER (WHERE status = 'failed')::int AS failed,
        count(*) FILTER (WHERE status = 'pending')::int AS pending
      FROM webhook_deliveries WHERE created_at > now() - interval '24 hours'`;
    const [endpoints] = await transaction.$queryRaw<Pick<WebhookHealth, 'failingEndpoints' | 'disabledEndpoints'>[]>`
      SELECT count(*) FILTER (WHERE ${IN_STATE.failing})::int AS "failingEndpoints",
        count(*) FILTER (WHERE ${IN_STATE.disabled})::int AS "disabledEndpoints"
      FROM webhook_endpoints`;
    const { succeeded, failed, pending } = lastDay!;
    const all = succeeded + failed + pending;
    return {
      waiting: waiting!.waiting,
      oldestWaitingAt: waiting!.oldestWaitingAt?.toISOString() ?? null,
      lastDay: { succeeded, failed, pending, deliveredShare: all === 0 ? null : succeeded / all },
      ...endpoints!,
    };
  }

  /** Newest first, a row more than the page holds. */
  async listTroubled(
    transaction: Transaction,
    { state, cursor, limit }: ListTroubledEndpointsQuery,
  ): Promise<TroubledEndpoint[]> {
    const rows = await transaction.$queryRaw<TroubledRow[]>`
      SELECT endpoint.id, url, failing_since AS "failingSince", disabled_at AS "disabledAt", disabled_reason AS "disabledReason",
        json_build_object('id', organization.id, 'name', organization.name) AS organization, waiting, "oldestWaitingAt"
      FROM webhook_endpoints endpoint JOIN organizations organization ON organization.id = endpoint.tenant_id
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS waiting, min(created_at) AS "oldestWaitingAt" FROM webhook_deliveries
        WHERE tenant_id = endpoint.tenant_id AND endpoint_id = endpoint.id AND status = 'pending') pending
      WHERE ${state ? IN_STATE[state] : Prisma.sql`(disabled_at IS NOT NULL OR failing_since IS NOT NULL)`}
        ${cursor ? Prisma.sql`AND endpoint.id < ${cursor}::uuid` : Prisma.empty}
      ORDER BY endpoint.id DESC LIMIT ${limit + 1}`;
    return rows.map(({ url, failingSince, disabledAt, oldestWaitingAt, ...row }) => ({
      ...row,
      origin: new URL(url).origin,
      state: disabledAt ? 'disabled' : 'failing',
      failingSince: failingSince?.toISOString() ?? null,
      disabledAt: disabledAt?.toISOString() ?? null,
      oldestWaitingAt: oldestWaitingAt?.toISOString() ?? null,
    }));
  }
}
