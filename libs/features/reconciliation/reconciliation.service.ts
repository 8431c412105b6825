import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { BillingRepository, type PriceVersion, toMain } from '../billing/index.js';
import { type EntryRow, ReconciliationRepository, type Span, type Sums } from './reconciliation.repository.js';
import {
  KINDS,
  monthsBetween,
  PARTS,
  type Reconciliation,
  type ReconciliationEntries,
  type ReconciliationEntriesQuery,
  type ReconciliationQuery,
} from './reconciliation.schema.js';

const SHOWN = 200;
const NOT_INVOICED = new Set<string>(['running', 'closing', 'late']);

/** Holds what the ledger comes to against what was billed of it, and what became of that. */
@Injectable()
export class ReconciliationService {
  constructor(
    private readonly database: Database,
    private readonly repository: ReconciliationRepository,
    private readonly billing: BillingRepository,
    private readonly clock: Clock,
  ) {}

  async read({ currency, from, to }: ReconciliationQuery): Promise<Reconciliation> {
    const versions = await this.versionsIn(currency);
    const names = monthsFrom(from, monthsBetween(from, to));
    const months = await this.database.longSystemSql(async (sql) => {
      await this.repository.begin(sql);
      const found: Reconciliation['months'] = [];
      for (const month of names)
        found.push({
          month,
          ...toView(await this.repository.sum(sql, this.spanOf(month, currency), versions), currency),
        });
      return found;
    });
    return { currency, months };
  }

  async list(query: ReconciliationEntriesQuery): Promise<ReconciliationEntries> {
    const data = await this.listAll(query);
    const amount = data.reduce((sum, row) => sum.plus(row.amount), new Decimal(0));
    return {
      count: data.length,
      amount: toMain(amount, query.currency),
      data: data.slice(0, SHOWN).map((row) => toEntry(row, query.currency)),
    };
  }

  /** All of them, one row each. */
  async export(query: ReconciliationEntriesQuery) {
    return (await this.listAll(query)).map((row) => {
      const { organization, ...entry } = toEntry(row, query.currency);
      return { organizationId: organization.id, name: organization.name, ...entry };
    });
  }

  private async listAll({ currency, month, kind }: ReconciliationEntriesQuery): Promise<EntryRow[]> {
    const versions = await this.versionsIn(currency);
    return this.database.longSystemSql(async (sql) => {
      await this.repository.begin(sql);
      return this.repository.list(sql, this.spanOf(month, currency), versions, kind);
    });
  }

  private versionsIn(currency: string): Promise<PriceVersion[]> {
    return this.database.system((transaction) => this.billing.listPriceVersions(transaction, currency));
  }

  private spanOf(month: string, currency: string): Span {
    const [from, until] = [startOf(month, 0), startOf(month, 1)];
    return { currency, from, until, now: this.clock.now() };
  }
}

function startOf(name: string, plus: number): Date {
  const [year, month] = name.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, month - 1 + plus));
}

function monthsFrom(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => startOf(name, index).toISOString().slice(0, 7));
}

function toView({ rated, atStripe, kinds }: Sums, currency: string) {
  const main = (minor: Decimal | string) => toMain(new Decimal(minor), currency);
  const amounts = Object.fromEntries(KINDS.map((kind) => [kind, main(kinds[kind] ?? '0')])) as Record<
    (typeof KINDS)[number],
    string
  >;
  const invoiced = PARTS.filter((part) => !NOT_INVOICED.has(part)).reduce(
    (sum, part) => sum.plus(kinds[part] ?? 0),
    new Decimal(0),
  );
  return { rated: main(rated), invoiced: main(invoiced), atStripe: main(atStripe), ...amounts };
}

function toEntry({ tenantId, name, amount, periodStart, periodEnd, ...row }: EntryRow, currency: string) {
  return {
    organization: { id: tenantId, name },
    ...row,
    periodStart: periodStart.toISOString(),
    periodEnd: periodEnd.toISOString(),
    amount: toMain(new Decimal(amount), currency),
  };
}
