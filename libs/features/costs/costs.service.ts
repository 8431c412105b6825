import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { minorDigits } from '../billing/index.js';
import { rateExists, unknownCostResource } from './costs.errors.js';
import { CostsRepository, type OrganizationEarnings } from './costs.repository.js';
import type { CostRate, CreateCostRate, Margins, MarginsQuery, OrganizationMargins } from './costs.schema.js';
import { type Earnings, marginOf, sumOf } from './margin.js';

const DIGITS = 6;
const SHOWN = 100;
const MONTHS = 12;

@Injectable()
export class CostsService {
  constructor(
    private readonly database: Database,
    private readonly repository: CostsRepository,
    private readonly clock: Clock,
  ) {}

  listRates(): Promise<CostRate[]> {
    return this.database.system((transaction) => this.repository.listRates(transaction));
  }

  /** @throws Problem 400 for what does not cost, 409 where there is a rate of the same from that moment on */
  createRate(body: CreateCostRate): Promise<CostRate> {
    const { kind, resource } = body;
    return this.database.system(async (transaction) => {
      if (!(await this.repository.isKnown(transaction, kind, resource))) throw unknownCostResource(kind, resource);
      const startsAt = body.startsAt ?? this.clock.now();
      const made = await this.repository.createRate(transaction, newId(), { ...body, startsAt });
      if (!made) throw rateExists();
      const { id, ...after } = made;
      await audit(transaction, null, 'cost_rate.created', id, { after });
      return made;
    });
  }

  async listMargins({ currency, month }: MarginsQuery): Promise<Margins> {
    const rows = await this.earningsOf(currency, monthsFrom(month, 1));
    const byMargin = rows.toSorted((a, b) => marginOf(a).margin.cmp(marginOf(b).margin));
    return {
      currency,
      month,
      total: toView(sumOf(rows)),
      organizations: byMargin
        .slice(0, SHOWN)
        .map((row) => ({ organization: { id: row.tenantId, name: row.name }, ...toView(row) })),
    };
  }

  /** All of a month, one row each. */
  async listAll({ currency, month }: MarginsQuery) {
    const rows = await this.earningsOf(currency, monthsFrom(month, 1));
    return rows.map((row) => ({ organizationId: row.tenantId, name: row.name, ...toView(row) }));
  }

  /** The last twelve months of an organization, in what it pays in. @throws Problem 404 */
  async ofOrganization(organizationId: string): Promise<OrganizationMargins> {
    const tenantId = parseId('organization', organizationId);
    const currency = await this.database.system((transaction) => this.repository.findCurrency(transaction, tenantId));
    if (!currency) throw notFound('organization', organizationId);
    const now = this.clock.now();
    const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - MONTHS + 1));
    const boundaries = monthsFrom(nameOf(first), MONTHS);
    const rows = await this.earningsOf(currency, boundaries, tenantId);
    const months = boundaries.slice(0, -1).map((start) => {
      const ofMonth = rows.filter(({ month }) => month.getTime() === start.getTime());
      return { month: nameOf(start), ...toView(sumOf(ofMonth)) };
    });
    return { currency, months };
  }

  /**
   * Of those who pay in the currency: by month, what those cost who paid anything in it; and what each was billed in all the months, with the fees that
   * Stripe collects and less credit notes.
   */
  async ofCustomers(
    currency: string,
    boundaries: Date[],
  ): Promise<{ costs: Decimal[]; revenue: Map<string, Decimal> }> {
    const rows = await this.earningsOf(currency, boundaries);
    const costs = boundaries.slice(0, -1).map((start) => {
      const paying = rows.filter(({ month, revenue }) => month.getTime() === start.getTime() && revenue.gt(0));
      return marginOf(sumOf(paying)).cost;
    });
    const byOrganization = Map.groupBy(rows, ({ tenantId }) => tenantId);
    return { costs, revenue: new Map([...byOrganization].map(([id, months]) => [id, sumOf(months).revenue])) };
  }

  /** What each cost that pays in the currency, from the one month to the other; null where there is no rate of it. */
  async costByOrganization(currency: string, since: Date, until: Date): Promise<Map<string, Decimal> | null> {
    const rates = await this.listRates();
    if (!rates.some((rate) => rate.currency === currency && rate.kind !== 'payment')) return null;
    const costs = new Map<string, Decimal>();
    // Month by month, so that no statement takes long.
    for (let month = nameOf(since); month <= nameOf(until); month = nameOf(monthsFrom(month, 1)[1]!))
      for (const row of await this.earningsOf(currency, monthsFrom(month, 1)))
        costs.set(row.tenantId, marginOf(row).cost.plus(costs.get(row.tenantId) ?? 0));
    return costs;
  }

  private earningsOf(currency: string, boundaries: Date[], tenantId?: string): Promise<OrganizationEarnings[]> {
    const scale = new Decimal(10).pow(minorDigits(currency)).toFixed();
    return this.database.system((transaction) =>
      this.repository.listEarnings(transaction, { currency, boundaries, scale }, tenantId),
    );
  }
}

/** Starts of months (UTC); the last one is where the last month ends. */
function monthsFrom(name: string, months: number): Date[] {
  const [year, month] = name.split('-').map(Number) as [number, number];
  return Array.from({ length: months + 1 }, (_, index) => new Date(Date.UTC(year, month - 1 + index)));
}

function nameOf(start: Date): string {
  return start.toISOString().slice(0, 7);
}

function toView(earnings: Earnings) {
  const { margin, share } = marginOf(earnings);
  const text = (amount: Decimal) => amount.toDecimalPlaces(DIGITS).toFixed();
  return {
    revenue: text(earnings.revenue),
    trainingCost: text(earnings.trainingCost),
    meterCost: text(earnings.meterCost),
    fees: text(earnings.fees),
    margin: text(margin),
    marginShare: share && text(share),
  };
}
