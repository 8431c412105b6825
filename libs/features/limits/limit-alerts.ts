import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database, sqlOf, type Transaction } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { NotificationsService } from '../notifications/index.js';
import { type Period, periodAt } from '../usage/index.js';
import { WebhooksService } from '../webhooks/index.js';
import { LimitsRepository, type Terms } from './limits.repository.js';
import { type Bound, SPEND, usedOf } from './remaining.js';

const EVERY_MS = 5_000;
/** Usage that is younger was not looked at yet by all the workers before. */
const ACTIVE_MINUTES = 10;
/** Percent of a limit, the highest first: what is passed at one go is told once. */
const THRESHOLDS = [100, 75, 50] as const;

/** Tells an organization, by mail and webhook, once a billing period, of each threshold of each quota and spend cap that it reaches. */
@Injectable()
export class LimitAlerts extends RepeatedWork {
  protected readonly everyMs = EVERY_MS;

  constructor(
    private readonly database: Database,
    private readonly repository: LimitsRepository,
    private readonly webhooks: WebhooksService,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const tenants = await this.database.systemSql((sql) => this.repository.listActiveTenants(sql, ACTIVE_MINUTES));
    // One that cannot be checked, such as one that was just deleted, keeps no other waiting.
    for (const tenantId of tenants)
      await this.database.tenant(tenantId, (transaction) => this.check(transaction, tenantId)).catch(this.warn);
  }

  private async check(transaction: Transaction, tenantId: string): Promise<void> {
    const sql = sqlOf(transaction);
    const terms = await this.repository.findTerms(sql, tenantId);
    const period = periodAt(terms.anchorAt, this.clock.now());
    const used = await this.repository.findMetered(sql, tenantId, period.start);
    for (const bound of terms.bounds) {
      const quantity = usedOf(bound, terms.prices, used);
      const reached = THRESHOLDS.filter((threshold) => quantity.times(100).gte(bound.quantity.times(threshold)));
      const [highest] = reached;
      if (quantity.isZero() || highest === undefined) continue;
      const isNew = [];
      for (const threshold of reached)
        isNew.push(await this.repository.addAlert(sql, tenantId, bound, period.start, threshold, quantity));
      if (isNew[0]) await this.notify(transaction, tenantId, terms, bound, period, highest, quantity);
    }
  }

  private async notify(
    transaction: Transaction,
    tenantId: string,
    terms: Terms,
    bound: Bound,
    period: Period,
    threshold: (typeof THRESHOLDS)[number],
    used: Decimal,
  ): Promise<void> {
    const { scope, scopeId, resource, limitId } = bound;
    const isSpend = resource === SPEND;
    await this.webhooks.emit(transaction, tenantId, 'limit.threshold_reached', {
      limitId,
      kind: isSpend ? 'spend' : 'quota',
      scope,
      scopeId,
      meter: isSpend ? null : resource,
      threshold,
      used: used.toFixed(),
      limit: bound.quantity.toFixed(),
      periodStart: period.start.toISOString(),
      periodEnd: period.end.toISOString(),
    });
    await this.notifications.email(transaction, tenantId, {
      template: 'limit_reached',
      values: {
        threshold,
        meter: isSpend ? null : resource,
        limit: bound.quantity.toFixed(),
        used: used.toFixed(),
        currency: terms.currency,
        whose:
          bound.setBy === 'plan'
            ? { scope: 'plan', name: terms.planName }
            : { scope, name: await this.nameOf(transaction, bound) },
        periodStart: period.start.toISOString(),
        periodEnd: period.end.toISOString(),
      },
    });
  }

  /** As people call it: nobody knows an id by heart. */
  private async nameOf(transaction: Transaction, { scope, scopeId }: Bound): Promise<string> {
    if (scope !== 'project' && scope !== 'key') return '';
    return (await this.repository.nameOfScope(transaction, scope, scopeId)) ?? scopeId;
  }
}
