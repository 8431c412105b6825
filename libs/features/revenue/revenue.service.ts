import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { minorDigits, toMain } from '../billing/index.js';
import { CostsService } from '../costs/index.js';
import { type Movement, ratesOf } from './revenue-rates.js';
import { type Months, RevenueRepository } from './revenue.repository.js';
import { monthsBetween, type OrganizationRevenue, type Revenue, type RevenueQuery } from './revenue.schema.js';

const RATE_DIGITS = 6;
const SHOWN = 100;
const DAY_MS = 86_400_000;
const RUN_RATE_DAYS = 30;
/** Of the days that a month has on average in those that are looked at. */
const MONTHS_OF_DAYS = new Decimal(365).div(12).div(RUN_RATE_DAYS);

@Injectable()
export class RevenueService {
  constructor(
    private readonly database: Database,
    private readonly repository: RevenueRepository,
    private readonly costs: CostsService,
    private readonly clock: Clock,
  ) {}

  async read({ currency, from, to }: RevenueQuery): Promise<Revenue> {
    const boundaries = boundariesOf(from, monthsBetween(from, to));
    const months: Months = { currency, boundaries };
    const [movements, cohorts, billed] = await this.database.system(async (transaction) => [
      await this.repository.listMovements(transaction, months),
      await this.repository.listCohorts(transaction, months),
      await this.repository.listBilled(transaction, months),
    ]);
    const { costs, revenue } = await this.costs.ofCustomers(currency, boundaries);
    const organizations = await this.byOrganization(months, revenue);
    const runRate = organizations.reduce((sum, { usageRunRate }) => sum.plus(usageRunRate), new Decimal(0));
    const main = (minor: Decimal | string) => toMain(new Decimal(minor), currency);
    const lines = billed.map(({ month, plan, meter, amount }) => ({
      month: nameOf(month),
      plan,
      meter: meter || null,
      amount: main(amount),
    }));
    return {
      currency,
      months: movements.map((movement, index) => {
        const month = nameOf(boundaries[index]!);
        const metered = lines.filter((line) => line.month === month && line.meter !== null);
        const usage = metered.reduce((sum, { amount }) => sum.plus(amount), new Decimal(0));
        return { month, ...inMain(movement, costs[index]!, currency), usage: usage.toFixed(minorDigits(currency)) };
      }),
      cohorts: [...Map.groupBy(cohorts, ({ month }) => nameOf(month))].map(([month, rows]) => ({
        month,
        customers: rows[0]!.customers,
        months: rows.map(({ until, paying, fees }) => ({ month: monthBefore(until), paying, fees: main(fees) })),
      })),
      billed: lines,
      usageRunRate: runRate.toFixed(minorDigits(currency)),
      organizations: organizations.slice(0, SHOWN),
    };
  }

  /** All that paid or pay anything, or would for their usage, the most first. */
  async listOrganizations({ currency, from, to }: RevenueQuery): Promise<OrganizationRevenue[]> {
    const boundaries = boundariesOf(from, monthsBetween(from, to));
    const { revenue } = await this.costs.ofCustomers(currency, boundaries);
    return this.byOrganization({ currency, boundaries }, revenue);
  }

  private byOrganization(
    { currency, boundaries }: Months,
    billed: Map<string, Decimal>,
  ): Promise<OrganizationRevenue[]> {
    const today = Math.floor(this.clock.now().getTime() / DAY_MS) * DAY_MS;
    const days = { since: new Date(today - RUN_RATE_DAYS * DAY_MS), until: new Date(today) };
    return this.database.system(async (transaction) => {
      const recurring = await this.repository.listRecurring(transaction, currency, boundaries.at(-1)!);
      const metered = await this.repository.listMetered(transaction, currency, days);
      const paying = [...billed].filter(([, revenue]) => !revenue.isZero()).map(([id]) => id);
      const ids = [...new Set([...paying, ...recurring.keys(), ...metered.keys()])];
      const names = await this.repository.listNames(transaction, ids);
      const digits = minorDigits(currency);
      const of = (amounts: Map<string, Decimal>, id: string) => amounts.get(id) ?? new Decimal(0);
      return ids
        .toSorted((a, b) => of(billed, b).cmp(of(billed, a)) || of(recurring, b).cmp(of(recurring, a)))
        .map((id) => ({
          organization: { id, name: names.get(id) ?? '' },
          recurring: toMain(of(recurring, id), currency),
          usageRunRate: of(metered, id).times(MONTHS_OF_DAYS).toFixed(digits, Decimal.ROUND_HALF_UP),
          revenue: of(billed, id).toFixed(digits, Decimal.ROUND_HALF_UP),
        }));
    });
  }
}

function boundariesOf(from: string, months: number): Date[] {
  const [year, month] = from.split('-').map(Number) as [number, number];
  return Array.from({ length: months + 1 }, (_, index) => new Date(Date.UTC(year, month - 1 + index)));
}

function nameOf(start: Date): string {
  return start.toISOString().slice(0, 7);
}

function monthBefore(until: Date): string {
  return nameOf(new Date(until.getTime() - 1));
}

/**
 * @param movement in the currency's smallest unit, as all amounts of the database
 * @param cost of all customers, in the main unit
 */
function inMain(movement: Movement, cost: Decimal, currency: string) {
  const { customersAtStart, customersLost, customersAtEnd, ...minor } = movement;
  const digits = minorDigits(currency);
  const scale = new Decimal(10).pow(digits);
  const main = mapped(minor, (amount) => amount.div(scale));
  const costPerCustomer = customersAtEnd === 0 ? undefined : cost.div(customersAtEnd);
  const rates = ratesOf({ ...movement, ...main }, costPerCustomer);
  return {
    ...mapped(main, (amount) => amount.toFixed(digits)),
    customersAtStart,
    customersLost,
    customersAtEnd,
    ...mapped(rates, (rate) => rate && rate.toDecimalPlaces(RATE_DIGITS).toFixed()),
  };
}

function mapped<K extends string, V, W>(values: Record<K, V>, to: (value: V) => W): Record<K, W> {
  return Object.fromEntries(Object.entries<V>(values).map(([name, value]) => [name, to(value)])) as Record<K, W>;
}
