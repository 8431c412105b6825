import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allocate, type AvailableGrant } from './allocate.js';

const day = (days: number) => new Date(Date.UTC(2026, 0, 1 + days));
const grant = (id: string, leftMinor: bigint, changes: Partial<AvailableGrant> = {}): AvailableGrant => ({
  id,
  kind: 'purchased',
  expiresAt: null,
  createdAt: day(0),
  leftMinor,
  ...changes,
});

it('uses what expires soonest first, then what was given, then the oldest', () => {
  const grants = [
    grant('bought late', 1n, { createdAt: day(2) }),
    grant('bought', 1n),
    grant('given', 1n, { kind: 'promotional', createdAt: day(9) }),
    grant('expires later', 1n, { expiresAt: day(40) }),
    grant('expires soon', 1n, { expiresAt: day(30) }),
  ];
  expect(allocate(grants, 100n).map(({ grantId }) => grantId)).toEqual([
    'expires soon',
    'expires later',
    'given',
    'bought',
    'bought late',
  ]);
});

it('uses all that is left, or all that the invoice comes to, and of a later grant nothing while an earlier one has some', () => {
  const anyGrants = fc
    .array(
      fc.record({
        kind: fc.constantFrom('promotional' as const, 'purchased' as const),
        expiresAt: fc.option(fc.integer({ min: 0, max: 5 }).map(day)),
        createdAt: fc.integer({ min: 0, max: 5 }).map(day),
        leftMinor: fc.bigInt(0n, 1_000n),
      }),
      { maxLength: 12 },
    )
    .map((grants) => grants.map((each, place) => ({ ...each, id: String(place) })));
  fc.assert(
    fc.property(anyGrants, fc.bigInt(-100n, 5_000n), (grants, totalMinor) => {
      const used = allocate(grants, totalMinor);
      const sum = used.reduce((total, { amountMinor }) => total + amountMinor, 0n);
      const left = grants.reduce((total, { leftMinor }) => total + leftMinor, 0n);
      const payable = totalMinor > 0n ? totalMinor : 0n;
      expect(sum).toBe(left < payable ? left : payable);
      const leftOf = (id: string) => grants.find((each) => each.id === id)!.leftMinor;
      for (const { grantId, amountMinor } of used)
        expect(amountMinor > 0n && amountMinor <= leftOf(grantId)).toBe(true);
      // But the last one, each is used up.
      for (const { grantId, amountMinor } of used.slice(0, -1)) expect(amountMinor).toBe(leftOf(grantId));
    }),
  );
});
