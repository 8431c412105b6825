import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { inOrder, listIds, searched } from '../../platform/database/lists.js';
import { newId } from '../../platform/http/ids.js';
import { pageArguments } from '../../platform/http/page.js';
import {
  type CreateWebhookEndpoint,
  type ListWebhookDeliveriesQuery,
  type ListWebhookEndpointsQuery,
  type ListWebhookMessagesQuery,
  type UpdateWebhookEndpoint,
  type WebhookDelivery,
  webhookDeliverySchema,
  type WebhookEndpoint,
  type WebhookMessage,
} from './webhooks.schema.js';

export interface NewEndpoint extends CreateWebhookEndpoint {
  tenantId: string;
  id: string;
  secret: Uint8Array<ArrayBuffer>;
}

export interface NewMessage {
  tenantId: string;
  id: string;
  type: string;
  data: object;
  source?: string;
}

const withType = { message: { select: { type: true } } } as const;

/** At once, and by the whole schedule of retries. */
const QUEUE_AGAIN = Prisma.sql`UPDATE webhook_deliveries SET status = 'pending', tries = 0, next_attempt_at = now()`;

const STATUS = Prisma.sql`CASE
  WHEN listed.disabled_at IS NOT NULL THEN 'disabled' WHEN listed.failing_since IS NOT NULL THEN 'failing' ELSE 'enabled' END`;

@Injectable()
export class WebhooksRepository {
  async createEndpoint(transaction: Transaction, row: NewEndpoint): Promise<WebhookEndpoint> {
    return toEndpoint(await transaction.webhookEndpoint.create({ data: row }));
  }

  /** Counts while no other call can add one. */
  async countEndpointsLocked(transaction: Transaction, tenantId: string): Promise<number> {
    await transaction.$queryRaw`SELECT FROM organizations WHERE id = ${tenantId}::uuid FOR NO KEY UPDATE`;
    return transaction.webhookEndpoint.count();
  }

  async listEndpoints(transaction: Transaction, query: ListWebhookEndpointsQuery): Promise<WebhookEndpoint[]> {
    const list = {
      from: Prisma.sql`webhook_endpoints listed`,
      where: [
        ...searched(query.search, Prisma.sql`listed.url`, Prisma.sql`listed.description`),
        ...(query.status ? [Prisma.sql`${STATUS} = ${query.status}`] : []),
      ],
      rank: query.sort === 'url' ? Prisma.sql`listed.url` : undefined,
    };
    const ids = await listIds(transaction, list, query);
    return inOrder(ids, await transaction.webhookEndpoint.findMany({ where: { id: { in: ids } } })).map(toEndpoint);
  }

  async findEndpoint(transaction: Transaction, id: string): Promise<WebhookEndpoint | null> {
    const row = await transaction.webhookEndpoint.findFirst({ where: { id } });
    return row && toEndpoint(row);
  }

  /** Whoever writes deliveries of an endpoint locks it first, so that writers wait for each other in one order. */
  async lockEndpoint(transaction: Transaction, id: string): Promise<void> {
    await transaction.$queryRaw`SELECT FROM webhook_endpoints WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  }

  async updateEndpoint(
    transaction: Transaction,
    id: string,
    changes: Omit<UpdateWebhookEndpoint, 'isEnabled'>,
  ): Promise<void> {
    await transaction.webhookEndpoint.updateMany({ where: { id }, data: changes });
  }

  async enableEndpoint(transaction: Transaction, id: string): Promise<void> {
    const data = { disabledAt: null, disabledReason: null, failingSince: null };
    await transaction.webhookEndpoint.updateMany({ where: { id, disabledAt: { not: null } }, data });
  }

  /** Gives up what was still to be sent; false when it was disabled before. */
  async disableEndpoint(transaction: Transaction, id: string, disabledReason: string): Promise<boolean> {
    const data = { disabledAt: new Date(), disabledReason };
    const { count } = await transaction.webhookEndpoint.updateMany({ where: { id, disabledAt: null }, data });
    const failed = { status: 'failed', leaseExpiresAt: null } as const;
    await transaction.webhookDelivery.updateMany({ where: { endpointId: id, status: 'pending' }, data: failed });
    return count === 1;
  }

  /** The new secret signs from now on, the one that it replaces for `hours` more; returns when that ends. */
  async rotateSecret(transaction: Transaction, id: string, secret: Uint8Array, hours: number): Promise<Date> {
    const [row] = await transaction.$queryRaw<{ expiresAt: Date }[]>`
      UPDATE webhook_endpoints SET previous_secret = secret, secret = ${secret},
        previous_secret_expires_at = now() + make_interval(hours => ${hours}::int)
      WHERE id = ${id}::uuid RETURNING previous_secret_expires_at AS "expiresAt"`;
    return row!.expiresAt;
  }

  async deleteEndpoint(transaction: Transaction, id: string): Promise<void> {
    await transaction.webhookEndpoint.deleteMany({ where: { id } });
  }

  /** False when its source has made a message before. */
  async createMessage(transaction: Transaction, row: NewMessage): Promise<boolean> {
    const data = row as Prisma.WebhookMessageCreateManyInput;
    const { count } = await transaction.webhookMessage.createMany({ data, skipDuplicates: true });
    return count === 1;
  }

  /** Enabled endpoints that want events of the type, kept from being deleted until the transaction ends. */
  async findEndpointsFor(transaction: Transaction, tenantId: string, type: string): Promise<string[]> {
    const rows = await transaction.$queryRaw<{ id: string }[]>`
      SELECT id FROM webhook_endpoints WHERE tenant_id = ${tenantId}::uuid AND disabled_at IS NULL
        AND (event_types = '{}' OR ${type} = ANY (event_types)) FOR KEY SHARE`;
    return rows.map(({ id }) => id);
  }

  async createDeliveries(
    transaction: Transaction,
    tenantId: string,
    messageId: string,
    endpointIds: string[],
  ): Promise<void> {
    const data = endpointIds.map((endpointId) => ({ tenantId, id: newId(), messageId, endpointId }));
    await transaction.webhookDelivery.createMany({ data });
  }

  async listMessages(
    transaction: Transaction,
    { type, ...query }: ListWebhookMessagesQuery,
    hiddenTypes: string[],
  ): Promise<WebhookMessage[]> {
    const page = pageArguments(query);
    const rows = await transaction.webhookMessage.findMany({
      ...page,
      where: { ...page.where, type: { notIn: hiddenTypes, ...(type && { equals: type }) } },
    });
    return rows.map(toMessage);
  }

  async listDeliveries(
    transaction: Transaction,
    endpointId: string,
    { status, ...query }: ListWebhookDeliveriesQuery,
  ): Promise<WebhookDelivery[]> {
    const page = pageArguments(query);
    const where = { ...page.where, endpointId, ...(status && { status }) };
    const rows = await transaction.webhookDelivery.findMany({ ...page, where, include: withType });
    // Messages are read after their deliveries: one that is a month old may be deleted in between, and the delivery with it.
    return rows.filter(({ message }) => (message as unknown) !== null).map(toDelivery);
  }

  async findDelivery(transaction: Transaction, id: string): Promise<WebhookDelivery | null> {
    const row = await transaction.webhookDelivery.findFirst({ where: { id }, include: withType });
    return row && toDelivery(row);
  }

  /** False when it is pending already. */
  async replayDelivery(transaction: Transaction, id: string): Promise<boolean> {
    const count = await transaction.$executeRaw`${QUEUE_AGAIN} WHERE id = ${id}::uuid AND status <> 'pending'`;
    return count === 1;
  }

  /** @returns how many */
  replayFailed(transaction: Transaction, endpointId: string, since: Date): Promise<number> {
    return transaction.$executeRaw`
      ${QUEUE_AGAIN} WHERE endpoint_id = ${endpointId}::uuid AND status = 'failed' AND created_at >= ${since}`;
  }
}

function toEndpoint(row: Prisma.WebhookEndpointGetPayload<object>): WebhookEndpoint {
  const { id, url, description, eventTypes, disabledAt, disabledReason } = row;
  return {
    id,
    url,
    description,
    eventTypes,
    isEnabled: disabledAt === null,
    disabledAt: disabledAt?.toISOString() ?? null,
    disabledReason,
    failingSince: row.failingSince?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

function toMessage({ id, type, data, createdAt }: Prisma.WebhookMessageGetPayload<object>): WebhookMessage {
  return { id, type, timestamp: createdAt.toISOString(), data: data as WebhookMessage['data'] };
}

function toDelivery(row: Prisma.WebhookDeliveryGetPayload<{ include: typeof withType }>): WebhookDelivery {
  const { id, messageId, endpointId, message, status, attempt } = row;
  return {
    id,
    messageId,
    endpointId,
    type: message.type,
    status,
    attempt,
    nextAttemptAt: status === 'pending' ? row.nextAttemptAt.toISOString() : null,
    attempts: webhookDeliverySchema.shape.attempts.parse(row.attempts),
    createdAt: row.createdAt.toISOString(),
  };
}
