import { Inject, Injectable } from '@nestjs/common';
import { type Principal, requirePermission } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { mayBePublic } from '../../platform/http/guarded-request.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { sha256 } from '../../platform/secrets/secrets.js';
import { newEndpointSecret, sealSecret } from './endpoint-secret.js';
import { WEBHOOK_EVENTS, type WebhookEventData, type WebhookEventType } from './webhook-events.js';
import { deliveryPending, endpointDisabled, notPublic, tooManyEndpoints } from './webhooks.errors.js';
import { WebhooksRepository } from './webhooks.repository.js';
import type {
  CreateReplays,
  CreateWebhookEndpoint,
  ListWebhookDeliveriesQuery,
  ListWebhookEndpointsQuery,
  ListWebhookMessagesQuery,
  UpdateWebhookEndpoint,
  WebhookDelivery,
  WebhookEndpoint,
} from './webhooks.schema.js';

const AUDIT_EVENT = 'audit.event' satisfies WebhookEventType;
const ROTATION_HOURS = 24;
const DISABLED_BY_CUSTOMER = 'It was disabled by a member of the organization.';

@Injectable()
export class WebhooksService {
  constructor(
    private readonly database: Database,
    private readonly repository: WebhooksRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Writes the event and a delivery to each endpoint that wants it: sent if, and only if, the transaction commits.
   *
   * @param source what the event derives from, where it may come twice
   * @returns false when that source has made an event before, and nothing was written
   */
  async emit<T extends WebhookEventType>(
    transaction: Transaction,
    tenantId: string,
    type: T,
    data: WebhookEventData<T>,
    source?: string,
  ): Promise<boolean> {
    const message = { tenantId, id: newId(), type, data: WEBHOOK_EVENTS[type].parse(data), source };
    if (!(await this.repository.createMessage(transaction, message))) return false;
    const endpointIds = await this.repository.findEndpointsFor(transaction, tenantId, type);
    await this.repository.createDeliveries(transaction, tenantId, message.id, endpointIds);
    return true;
  }

  createEndpoint(principal: Principal, body: CreateWebhookEndpoint): Promise<WebhookEndpoint & { secret: string }> {
    const { tenantId } = principal;
    requireForAudit(principal, body.eventTypes);
    this.requirePublic(body.url);
    return this.database.tenant(tenantId, async (transaction) => {
      const count = await this.repository.countEndpointsLocked(transaction, tenantId);
      const { most } = BOUNDS.webhookEndpoints;
      if (count >= most) throw tooManyEndpoints(most);
      const [id, secret] = [newId(), newEndpointSecret()];
      const sealed = sealSecret(this.config.KINDRED_SECRET, id, secret);
      const endpoint = await this.repository.createEndpoint(transaction, { tenantId, id, ...body, secret: sealed });
      await audit(transaction, tenantId, 'webhook_endpoint.created', id, { after: withoutPath(endpoint) });
      return { ...endpoint, secret };
    });
  }

  listEndpoints(tenantId: string, query: ListWebhookEndpointsQuery) {
    return this.database.tenant(tenantId, async (transaction) =>
      toPage(await this.repository.listEndpoints(transaction, query), query),
    );
  }

  updateEndpoint(
    principal: Principal,
    endpointId: string,
    { isEnabled, ...changes }: UpdateWebhookEndpoint,
  ): Promise<WebhookEndpoint> {
    const { tenantId } = principal;
    if (changes.url) this.requirePublic(changes.url);
    return this.database.tenant(tenantId, async (transaction) => {
      const before = await this.requireLocked(transaction, endpointId);
      const { id } = before;
      // Not even to another address may they go by whoever may not see them.
      requireForAudit(principal, [...before.eventTypes, ...(changes.eventTypes ?? [])]);
      await this.repository.updateEndpoint(transaction, id, changes);
      if (isEnabled === true) await this.repository.enableEndpoint(transaction, id);
      if (isEnabled === false) await this.repository.disableEndpoint(transaction, id, DISABLED_BY_CUSTOMER);
      const after = await this.require(transaction, id);
      await audit(transaction, tenantId, 'webhook_endpoint.updated', id, {
        before: withoutPath(before),
        after: withoutPath(after),
      });
      return after;
    });
  }

  deleteEndpoint(tenantId: string, endpointId: string): Promise<void> {
    return this.database.tenant(tenantId, async (transaction) => {
      const before = await this.require(transaction, endpointId);
      await this.repository.deleteEndpoint(transaction, before.id);
      await audit(transaction, tenantId, 'webhook_endpoint.deleted', before.id, { before: withoutPath(before) });
    });
  }

  rotateSecret(tenantId: string, endpointId: string): Promise<{ secret: string; previousSecretExpiresAt: string }> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.require(transaction, endpointId);
      const secret = newEndpointSecret();
      const sealed = sealSecret(this.config.KINDRED_SECRET, id, secret);
      const expiresAt = await this.repository.rotateSecret(transaction, id, sealed, ROTATION_HOURS);
      const after = { previousSecretExpiresAt: expiresAt };
      await audit(transaction, tenantId, 'webhook_endpoint.secret_rotated', id, { after });
      return { secret, previousSecretExpiresAt: expiresAt.toISOString() };
    });
  }

  /** Sends `webhook.test` to this endpoint, whatever events it wants. */
  test(tenantId: string, endpointId: string): Promise<{ messageId: string }> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.requireEnabled(transaction, endpointId);
      const messageId = newId();
      const message = { tenantId, id: messageId, type: 'webhook.test', data: { endpointId: id } };
      await this.repository.createMessage(transaction, message);
      await this.repository.createDeliveries(transaction, tenantId, messageId, [id]);
      await audit(transaction, tenantId, 'webhook_endpoint.tested', id, { after: { messageId } });
      return { messageId };
    });
  }

  /** Those of the audit log only to whoever may see it. */
  listMessages({ tenantId, permissions }: Principal, query: ListWebhookMessagesQuery) {
    const hidden = permissions.includes('audit:read') ? [] : [AUDIT_EVENT];
    return this.database.tenant(tenantId, async (transaction) =>
      toPage(await this.repository.listMessages(transaction, query, hidden), query),
    );
  }

  listDeliveries(tenantId: string, endpointId: string, query: ListWebhookDeliveriesQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.require(transaction, endpointId);
      return toPage(await this.repository.listDeliveries(transaction, id, query), query);
    });
  }

  replay(tenantId: string, deliveryId: string): Promise<WebhookDelivery> {
    return this.database.tenant(tenantId, async (transaction) => {
      const delivery = await this.requireDelivery(transaction, deliveryId);
      await this.requireEnabled(transaction, delivery.endpointId);
      if (!(await this.repository.replayDelivery(transaction, delivery.id))) throw deliveryPending(delivery.id);
      const change = { before: { status: delivery.status }, after: { status: 'pending' } };
      await audit(transaction, tenantId, 'webhook_delivery.replayed', delivery.id, change);
      return this.requireDelivery(transaction, deliveryId);
    });
  }

  /** Queues again every delivery that failed, of those queued since then. */
  replayFailed(tenantId: string, endpointId: string, { since }: CreateReplays): Promise<{ queued: number }> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.requireEnabled(transaction, endpointId);
      const queued = await this.repository.replayFailed(transaction, id, since);
      if (queued > 0) await audit(transaction, tenantId, 'webhook_endpoint.replayed', id, { after: { since, queued } });
      return { queued };
    });
  }

  /** @throws Problem 400 for an address that no delivery could reach */
  private requirePublic(url: string): void {
    if (!this.config.KINDRED_WEBHOOKS_TO_PRIVATE_ADDRESSES && !mayBePublic(url)) throw notPublic();
  }

  private async require(transaction: Transaction, endpointId: string): Promise<WebhookEndpoint> {
    const endpoint = await this.repository.findEndpoint(transaction, parseId('webhook endpoint', endpointId));
    if (!endpoint) throw notFound('webhook endpoint', endpointId);
    return endpoint;
  }

  private async requireLocked(transaction: Transaction, endpointId: string): Promise<WebhookEndpoint> {
    await this.repository.lockEndpoint(transaction, parseId('webhook endpoint', endpointId));
    return this.require(transaction, endpointId);
  }

  private async requireEnabled(transaction: Transaction, endpointId: string): Promise<WebhookEndpoint> {
    const endpoint = await this.requireLocked(transaction, endpointId);
    if (!endpoint.isEnabled) throw endpointDisabled(endpoint.id);
    return endpoint;
  }

  private async requireDelivery(transaction: Transaction, deliveryId: string): Promise<WebhookDelivery> {
    const delivery = await this.repository.findDelivery(transaction, parseId('webhook delivery', deliveryId));
    if (!delivery) throw notFound('webhook delivery', deliveryId);
    return delivery;
  }
}

/** @throws Problem 403 where the audit log is to be sent by whoever may not see it */
function requireForAudit(principal: Principal, eventTypes: readonly string[]): void {
  if (eventTypes.includes(AUDIT_EVENT)) requirePermission(principal, 'audit:read');
}

/** The path and query of a receiver's URL are often its password; by the digest a change of them still shows. */
function withoutPath({ url, ...endpoint }: WebhookEndpoint): object {
  return { ...endpoint, origin: new URL(url).origin, urlSha256: Buffer.from(sha256(url)).toString('hex') };
}
