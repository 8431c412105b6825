import { Inject, Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config, secretsOf } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { type Claim, releaseRow } from '../../platform/queue/leased-rows.js';
import { type ClaimOrder, LeasedWork } from '../../platform/queue/leased-work.js';
import { jittered } from '../../platform/queue/waits.js';
import { NotificationsService } from '../notifications/index.js';
import { type ClaimedDelivery, DELIVERIES, DeliveriesRepository, NEXT_DELIVERIES } from './deliveries.repository.js';
import { openSecret } from './endpoint-secret.js';
import { post } from './post.js';
import { WebhooksRepository } from './webhooks.repository.js';
import type { WebhookAttempt } from './webhooks.schema.js';

/** Requests under way in one worker. */
const DELIVERIES_MAX = 64;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Waits before each retry, as Standard Webhooks recommends: ten attempts over some three days. */
const RETRY_SECONDS = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
const FAILING_DAYS_MAX = 5;
const GONE = 410;
/** Why an endpoint is disabled, as its row says. */
const REASONS = { gone: 'It answered 410 Gone.', failing: `Every delivery failed for ${FAILING_DAYS_MAX} days.` };

/** Sends messages to their endpoints, at least once. */
@Injectable()
export class DeliveriesProcessor extends LeasedWork<ClaimedDelivery> {
  protected override readonly everyMs = 500;
  protected readonly table = DELIVERIES;
  protected readonly most = DELIVERIES_MAX;

  constructor(
    database: Database,
    private readonly repository: DeliveriesRepository,
    private readonly webhooks: WebhooksRepository,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    super(database);
  }

  protected override order(room: number): ClaimOrder {
    return [NEXT_DELIVERIES, room];
  }

  protected override read(transaction: Transaction, claims: Claim[]): Promise<ClaimedDelivery[]> {
    return this.repository.readClaimed(transaction, claims);
  }

  /** Tries once and writes down what came of it. Should the worker end in between, the lease runs out and it is sent again. */
  protected override async carryOut(claimed: ClaimedDelivery): Promise<void> {
    const attempt = await this.send(claimed);
    await this.database.tenant(claimed.tenantId, async (transaction) => {
      await this.webhooks.lockEndpoint(transaction, claimed.endpointId);
      if (attempt.error === null) await this.repository.succeed(transaction, claimed, attempt);
      else await this.fail(transaction, claimed, attempt);
    });
  }

  private async send(claimed: ClaimedDelivery): Promise<WebhookAttempt> {
    const at = this.clock.now();
    const startedMs = performance.now();
    let responseStatus: number | null = null;
    let error: string | null = null;
    try {
      const { type, data, createdAt } = claimed;
      const body = JSON.stringify({ type, timestamp: createdAt.toISOString(), data });
      const headers = this.headersOf(claimed, at, body);
      responseStatus = await post(claimed.url, headers, body, this.config.KINDRED_WEBHOOKS_TO_PRIVATE_ADDRESSES);
      if (responseStatus < 200 || responseStatus > 299) error = `The answer was ${responseStatus}; 2xx says taken.`;
    } catch (cause) {
      error = (cause as Error).message;
    }
    const durationMs = Math.round(performance.now() - startedMs);
    return { attempt: claimed.attempt, at: at.toISOString(), responseStatus, error, durationMs };
  }

  private headersOf(claimed: ClaimedDelivery, at: Date, body: string): Record<string, string> {
    const signatures = claimed.secrets.map((sealed) =>
      new Webhook(this.openSecret(claimed.endpointId, sealed)).sign(claimed.messageId, at, body),
    );
    return {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Kindred-Webhooks/1',
      'webhook-id': claimed.messageId,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signatures.join(' '),
    };
  }

  private openSecret(endpointId: string, sealed: Uint8Array): string {
    try {
      return openSecret(secretsOf(this.config), endpointId, sealed);
    } catch (cause) {
      throw new Error("The endpoint's secret cannot be read any more: rotate it.", { cause });
    }
  }

  private async fail(transaction: Transaction, claimed: ClaimedDelivery, attempt: WebhookAttempt): Promise<void> {
    const isGone = attempt.responseStatus === GONE;
    const wait = isGone ? undefined : RETRY_SECONDS[claimed.tries - 1];
    const waitSeconds = wait === undefined ? null : jittered(wait);
    const status = waitSeconds === null ? 'failed' : 'pending';
    if (!(await this.repository.recordAttempt(transaction, claimed, attempt, status))) return;
    if (waitSeconds !== null) await releaseRow(transaction, DELIVERIES, claimed, waitSeconds);
    const isLong = await this.repository.recordFailure(transaction, claimed.endpointId, FAILING_DAYS_MAX);
    if (isGone) await this.disable(transaction, claimed, 'gone');
    else if (isLong && waitSeconds === null) await this.disable(transaction, claimed, 'failing');
  }

  private async disable(
    transaction: Transaction,
    { tenantId, endpointId, url }: ClaimedDelivery,
    reason: keyof typeof REASONS,
  ): Promise<void> {
    const disabledReason = REASONS[reason];
    if (!(await this.webhooks.disableEndpoint(transaction, endpointId, disabledReason))) return;
    const after = { isEnabled: false, disabledReason };
    await audit(transaction, tenantId, 'webhook_endpoint.disabled', endpointId, { after });
    await this.notifications.email(transaction, tenantId, {
      template: 'webhook_disabled',
      values: { endpointId, url, reason, days: FAILING_DAYS_MAX },
    });
  }
}
