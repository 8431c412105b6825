import { uuidv7 } from 'uuidv7';
import { hashPayload, LedgerRepository, periodAt, type UsageEvent } from '../../libs/features/usage/index.js';
import { Database } from '../../libs/platform/database/database.js';
import type { Tenant, TestApi } from './api.js';

interface Subscription {
  priceVersionId: string;
  anchorAt: Date;
}

/** Usage as calls would leave it in the ledger, by the tenant's own subscription unless `changes` say otherwise. */
export async function addUsage(
  api: TestApi,
  tenant: Tenant,
  meter: string,
  quantity: number,
  changes: Partial<UsageEvent> = {},
): Promise<UsageEvent> {
  const { organization } = (await tenant.get('/v1/me')).body;
  const database = api.app.get(Database, { strict: false });
  const [subscription] = await database.systemSql((sql) =>
    sql.rows<Subscription>(
      'SELECT price_version_id AS "priceVersionId", anchor_at AS "anchorAt" FROM subscriptions WHERE tenant_id = $1',
      [organization.id],
    ),
  );
  const { priceVersionId, anchorAt } = subscription!;
  const now = new Date();
  const event: UsageEvent = {
    id: uuidv7(),
    tenantId: organization.id,
    projectId: uuidv7(),
    meter,
    quantity,
    priceVersionId,
    periodStart: periodAt(anchorAt, now).start.toISOString(),
    occurredAt: now.toISOString(),
    payloadHash: hashPayload([meter, quantity]),
    ...changes,
  };
  await api.app.get(LedgerRepository, { strict: false }).drain(uuidv7(), [{ sequence: 1, events: [event] }]);
  return event;
}
