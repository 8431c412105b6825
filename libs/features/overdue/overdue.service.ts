import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import {
  BillingRepository,
  countsFrom,
  minorDigits,
  OVERDUE_STAGES,
  stageAfter,
  stageEndsAt,
  toMain,
} from '../billing/index.js';
import { NotificationsService } from '../notifications/index.js';
import { graceOutOfRange, nothingOverdue, remindedAlready } from './overdue.errors.js';
import { type DueInvoice, OverdueRepository, type OverdueRow } from './overdue.repository.js';
import type { ExtendGrace, ListOverdueQuery, OverdueList, OverdueOrganization } from './overdue.schema.js';

const DAY_MS = 86_400_000;
const GRACE_DAYS_MAX = 30;
/** That owe for longest, of all that owe. */
const MOST = 10_000;
const SHOWN = 200;

@Injectable()
export class OverdueService {
  constructor(
    private readonly database: Database,
    private readonly repository: OverdueRepository,
    private readonly billing: BillingRepository,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
  ) {}

  async list(query: ListOverdueQuery): Promise<OverdueList> {
    const all = await this.listAll();
    const stages = OVERDUE_STAGES.map((stage) => {
      const ofStage = all.filter((each) => each.stage === stage);
      return { stage, organizations: ofStage.length, due: sumDue(ofStage.flatMap(({ due }) => due)) };
    });
    return { stages, data: chosen(all, query).slice(0, SHOWN) };
  }

  /** All that are chosen, one row for each currency. */
  async export(query: ListOverdueQuery) {
    return chosen(await this.listAll(), query).flatMap(({ organization, next, due, failure, lastMail, ...row }) =>
      // Who owes nothing that is known by its amount has a row, too.
      (due.length > 0 ? due : [null]).map((each) => ({
        organizationId: organization.id,
        name: organization.name,
        stage: row.stage,
        since: row.since,
        nextStage: next?.stage,
        nextAt: next?.at,
        currency: each?.currency,
        due: each?.amount,
        failure: failure?.declineCode ?? failure?.code,
        lastMailAt: lastMail?.at,
      })),
    );
  }

  /**
   * Withholds nothing until then; the days of the stages count so that it ends the first one.
   *
   * @throws Problem 400 for a time that is no later than it is, or too late; 404; 409 where nothing is overdue
   */
  async extendGrace(organizationId: string, { until, reason }: ExtendGrace): Promise<OverdueOrganization> {
    const tenantId = await this.change(organizationId, async (transaction, id, overdue, now) => {
      const endsAt = stageEndsAt(countsFrom(overdue), 'grace');
      const latest = new Date(now.getTime() + GRACE_DAYS_MAX * DAY_MS);
      if (until <= now || until <= endsAt || until > latest)
        throw graceOutOfRange(endsAt > now ? endsAt : now, GRACE_DAYS_MAX);
      await this.billing.extendGrace(transaction, id, until);
      await audit(transaction, id, 'subscription.grace_extended', id, {
        before: { stage: overdue.stage, graceUntil: endsAt.toISOString() },
        after: { stage: 'grace', graceUntil: until.toISOString(), reason },
      });
    });
    return this.read(tenantId);
  }

  /**
   * Sends those who pay the mail of their stage again, at most once a day.
   *
   * @throws Problem 404, 409 where nothing is overdue, 429
   */
  async remind(organizationId: string): Promise<OverdueOrganization> {
    const tenantId = await this.change(organizationId, async (transaction, id, overdue, now) => {
      const { stage, remindedAt } = overdue;
      const waits = remindedAt ? remindedAt.getTime() + DAY_MS - now.getTime() : 0;
      if (waits > 0) throw remindedAlready(Math.ceil(waits / 1_000));
      await this.billing.setReminded(transaction, id, now);
      const { name: organizationName } = await this.billing.findOrganization(transaction, id);
      const values = { organizationName, stage, until: stageEndsAt(countsFrom(overdue), stage).toISOString() };
      await this.notifications.email(transaction, id, { template: 'payment_overdue', values });
      await audit(transaction, id, 'subscription.reminded', id, { after: { stage } });
    });
    return this.read(tenantId);
  }

  /** In one transaction that holds the lock of the organization's subscription. */
  private async change(
    organizationId: string,
    work: (
      transaction: Transaction,
      tenantId: string,
      overdue: NonNullable<Found['overdue']>,
      now: Date,
    ) => Promise<void>,
  ): Promise<string> {
    const tenantId = parseId('organization', organizationId);
    await this.database.tenant(tenantId, async (transaction) => {
      if (!(await this.repository.hasOrganization(transaction, tenantId)))
        throw notFound('organization', organizationId);
      await this.billing.lockSubscription(transaction, tenantId);
      const { overdue } = await this.billing.findSubscription(transaction, tenantId);
      if (!overdue) throw nothingOverdue();
      await work(transaction, tenantId, overdue, this.clock.now());
    });
    return tenantId;
  }

  private async read(tenantId: string): Promise<OverdueOrganization> {
    const [row] = await this.database.system((transaction) => this.repository.list(transaction, 1, tenantId));
    // Paid in this very moment.
    if (!row) throw nothingOverdue();
    return toView(row);
  }

  private async listAll(): Promise<OverdueOrganization[]> {
    return (await this.database.system((transaction) => this.repository.list(transaction, MOST))).map(toView);
  }
}

type Found = Awaited<ReturnType<BillingRepository['findSubscription']>>;
type Due = OverdueOrganization['due'];

function chosen(all: OverdueOrganization[], { stage, sort }: ListOverdueQuery): OverdueOrganization[] {
  const found = stage ? all.filter((each) => each.stage === stage) : all;
  return sort === 'age' ? found : found.toSorted((a, b) => mostOf(b.due).cmp(mostOf(a.due)));
}

function mostOf(due: Due): Decimal {
  return Decimal.max(0, ...due.map(({ amount }) => amount));
}

function sumDue(amounts: Due): Due {
  const byCurrency = Map.groupBy(amounts, ({ currency }) => currency);
  return [...byCurrency].sort().map(([currency, each]) => ({
    currency,
    amount: each.reduce((sum, { amount }) => sum.plus(amount), new Decimal(0)).toFixed(minorDigits(currency)),
  }));
}

function toView(row: OverdueRow): OverdueOrganization {
  const { id, name, since, stage, graceUntil, remindedAt, isRenewal, hasSubscription, failure } = row;
  const invoices = row.invoices.map(toInvoice);
  const isLast = stage === 'read_only' && !hasSubscription;
  const at = stageEndsAt(countsFrom({ since, graceUntil }), stage).toISOString();
  return {
    organization: { id, name },
    since: since.toISOString(),
    stage,
    next: isLast ? null : { stage: stageAfter(stage), at },
    graceUntil: graceUntil?.toISOString() ?? null,
    isRenewal,
    due: sumDue(invoices.map(({ currency, due: amount }) => ({ currency, amount }))),
    invoices,
    failure,
    lastMail: row.mailTemplate && { template: row.mailTemplate, at: row.mailAt!.toISOString() },
    remindedAt: remindedAt?.toISOString() ?? null,
  };
}

function toInvoice({ dueMinor, dueMain, ...invoice }: DueInvoice) {
  return { ...invoice, due: dueMain ?? toMain(new Decimal(dueMinor!), invoice.currency) };
}
