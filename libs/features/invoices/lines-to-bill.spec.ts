import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../platform/decimal.js';
import { type PriceVersion, rate, toMinor } from '../billing/index.js';
import { type Billed, linesToBill } from './lines-to-bill.js';

const period = { startsAt: new Date('2026-10-01T00:00:00Z'), endsAt: new Date('2026-11-01T00:00:00Z') };
const metered = { deviceClass: '', unit: 'call', packageSize: null, includedQuantity: new Decimal(10) };

/** A meter by the unit and one by volume, whose larger quantities may cost less, and a minimum. */
const price = (currency: string, commitmentMinor: bigint): PriceVersion => ({
  id: 'pro-1',
  planKey: 'pro',
  planName: 'Pro',
  currency,
  monthlyFeeMinor: 4_900n,
  commitmentMinor,
  trialDays: 0,
  meters: [
    { ...metered, meter: 'calls', scheme: 'per_unit', unitAmount: new Decimal('0.0151'), tiers: [] },
    {
      ...metered,
      meter: 'items',
      scheme: 'volume',
      unitAmount: new Decimal(0),
      tiers: [
        { from: new Decimal(0), unitAmount: new Decimal('0.33'), flatAmount: new Decimal(0) },
        { from: new Decimal(50), unitAmount: new Decimal('0.07'), flatAmount: new Decimal('0.005') },
      ],
    },
  ],
});

const rated = (of: PriceVersion, calls: number, items: number) =>
  rate(
    of,
    [
      { meter: 'calls', deviceClass: '', priceVersionId: of.id, quantity: new Decimal(calls) },
      { meter: 'items', deviceClass: '', priceVersionId: of.id, quantity: new Decimal(items) },
    ],
    [],
  );

function sumOf(invoices: ReturnType<typeof linesToBill>[]): Billed[] {
  const sums = new Map<string, Billed>();
  for (const { meter, kind, quantity, amountMinor, ...key } of invoices.flat()) {
    const had = sums.get(`${kind} ${meter}`);
    sums.set(`${kind} ${meter}`, {
      ...key,
      meter,
      kind,
      quantity: quantity.plus(had?.quantity ?? 0),
      amountMinor: amountMinor + (had?.amountMinor ?? 0n),
    });
  }
  return [...sums.values()];
}

describe('the invoices of a period', () => {
  it('B10: sum to what its ledger comes to, in however many parts that was billed, more or less of it', () => {
    const parts = fc.array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 200 })), { minLength: 1, maxLength: 6 });
    const commitment = fc.constantFrom(0n, 1_000n, 100_000n);
    fc.assert(
      fc.property(parts, fc.constantFrom('usd', 'jpy'), commitment, (ledgers, currency, commitmentMinor) => {
        const of = price(currency, commitmentMinor);
        const invoices: ReturnType<typeof linesToBill>[] = [];
        for (const [calls, items] of ledgers)
          invoices.push(linesToBill(period, rated(of, calls, items).lines, sumOf(invoices), currency));
        const last = rated(of, ...ledgers.at(-1)!);
        const billed = sumOf(invoices);
        expect(billed.reduce((sum, { amountMinor }) => sum + amountMinor, 0n)).toBe(toMinor(last.total, currency));
        for (const line of last.lines) {
          const had = billed.find(({ kind, meter }) => kind === line.kind && meter === (line.meter ?? ''))!;
          expect([had.amountMinor, had.quantity.toFixed()]).toEqual([toMinor(line.amount, currency), line.quantity]);
        }
      }),
    );
  });

  it('have every line on the first, and later only what is new', () => {
    const of = price('usd', 0n);
    const first = linesToBill(period, rated(of, 5, 0).lines, [], 'usd');
    expect(first.map(({ kind, meter }) => [kind, meter])).toEqual([
      ['plan', ''],
      ['meter', 'calls'],
      ['meter', 'items'],
    ]);
    expect(linesToBill(period, rated(of, 5, 0).lines, sumOf([first]), 'usd')).toEqual([]);
    const late = linesToBill(period, rated(of, 110, 0).lines, sumOf([first]), 'usd');
    // (110 − 10) × 0.0151
    expect(late.map(({ meter, quantity, amountMinor }) => [meter, quantity.toFixed(), amountMinor])).toEqual([
      ['calls', '105', 151n],
    ]);
  });
});
