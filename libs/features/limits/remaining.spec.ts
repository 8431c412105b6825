import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../platform/decimal.js';
import { type Bound, type Caller, type MeterPrice, remainingOf, type Used, usedOf } from './remaining.js';

const caller: Caller = { tenantId: 't', projectId: 'p', lineageId: 'k' };
const price = (meter: string, included: number, unit: string, deviceClass = ''): MeterPrice => ({
  meter,
  deviceClass,
  includedQuantity: new Decimal(included),
  scheme: 'per_unit',
  unitAmount: new Decimal(unit),
  packageSize: null,
  tiers: [],
});
const bound = (scope: Bound['scope'], resource: string, quantity: string): Bound => ({
  setBy: 'customer',
  limitId: null,
  scope,
  scopeId: { organization: 't', project: 'p', key: 'k' }[scope],
  resource,
  quantity: new Decimal(quantity),
});
const used = (meter: string, quantity: number, projectId = 'p', lineageId = 'k', deviceClass = ''): Used => ({
  meter,
  deviceClass,
  projectId,
  lineageId,
  quantity: new Decimal(quantity),
});

describe('what remains', () => {
  it('is without end where nothing bounds the meter', () => {
    expect(remainingOf('calls', caller, [bound('key', 'items', '1')], [], [])).toEqual({
      units: Infinity,
      bound: null,
    });
  });

  it('is what the narrowest of the bounds that concern the caller leaves', () => {
    const bounds = [
      bound('organization', 'calls', '100'),
      bound('project', 'calls', '50'),
      bound('key', 'calls', '40'),
    ];
    const rows = [used('calls', 30), used('calls', 15, 'p', 'other'), used('calls', 60, 'other', 'another')];
    // 105 of 100 are used by the organization, 45 of 50 by the project, 30 of 40 by the key.
    expect(remainingOf('calls', caller, bounds, [], rows).units).toBe(0);
    expect(remainingOf('calls', caller, bounds.slice(1), [], rows)).toEqual({ units: 5, bound: bounds[1] });
    expect(remainingOf('calls', { ...caller, projectId: 'q', lineageId: 'q' }, bounds.slice(1), [], rows).units).toBe(
      Infinity,
    );
  });

  it('within an organization’s spend is what the plan includes and what the money left buys', () => {
    const prices = [price('calls', 100, '0.01'), price('training', 0, '0.5'), price('training', 0, '2', 'gpu')];
    const cap = [bound('organization', 'spend', '10')];
    expect(remainingOf('calls', caller, cap, prices, []).units).toBe(100 + 1_000);
    const rows = [used('calls', 150), used('training', 3, 'p', 'k', 'cpu'), used('training', 2, 'p', 'k', 'gpu')];
    // 0.50 + 1.50 + 4.00 are spent: 4.00 buys 400 calls, 8 seconds of a processor or 2 of a GPU.
    expect(usedOf(cap[0]!, prices, rows).toFixed()).toBe('6');
    expect(remainingOf('calls', caller, cap, prices, rows).units).toBe(400);
    expect(remainingOf('training', caller, cap, prices, rows, 'cpu').units).toBe(8);
    expect(remainingOf('training', caller, cap, prices, rows, 'gpu').units).toBe(2);
  });

  it('within a project’s or key’s spend counts on nothing that the plan includes', () => {
    const prices = [price('calls', 100, '0.01')];
    expect(remainingOf('calls', caller, [bound('key', 'spend', '0.05')], prices, []).units).toBe(5);
  });

  it('is not bounded by spend where the meter costs nothing', () => {
    expect(remainingOf('calls', caller, [bound('key', 'spend', '0')], [price('calls', 0, '0')], []).units).toBe(
      Infinity,
    );
  });

  it('once used up to the last unit leaves none, and one unit more would exceed the bound', () => {
    const amounts = fc.integer({ min: 0, max: 5_000 });
    fc.assert(
      fc.property(
        amounts,
        amounts,
        amounts,
        fc.integer({ min: 1, max: 999 }),
        fc.constantFrom<Bound['scope']>('organization', 'project', 'key'),
        (cap, included, already, unit, scope) => {
          const prices = [price('calls', included, new Decimal(unit).div(10_000).toFixed())];
          const spend = bound(scope, 'spend', new Decimal(cap).div(100).toFixed());
          const before = [used('calls', already)];
          const { units } = remainingOf('calls', caller, [spend], prices, before);
          const after = (more: number) => usedOf(spend, prices, [used('calls', already + more)]);
          if (units > 0) expect(after(units).lte(spend.quantity)).toBe(true);
          expect(after(units + 1).gt(spend.quantity)).toBe(true);
          expect(remainingOf('calls', caller, [spend], prices, [used('calls', already + units)]).units).toBe(0);
        },
      ),
    );
  });
});
