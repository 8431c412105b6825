export interface AvailableGrant {
  id: string;
  kind: 'promotional' | 'purchased';
  expiresAt: Date | null;
  createdAt: Date;
  /** In the smallest unit of the currency. */
  leftMinor: bigint;
}

/** What an invoice uses of a grant; below 0, what it takes or gives back. */
export interface Allocation {
  grantId: string;
  amountMinor: bigint;
}

/** What an invoice of that total uses, in the order in which a customer loses least: what expires soonest, then what was given, then the oldest. */
export function allocate(grants: AvailableGrant[], totalMinor: bigint): Allocation[] {
  const allocations: Allocation[] = [];
  let rest = totalMinor;
  for (const { id, leftMinor } of grants.toSorted(byUse)) {
    const amountMinor = leftMinor < rest ? leftMinor : rest;
    if (amountMinor <= 0n) continue;
    allocations.push({ grantId: id, amountMinor });
    rest -= amountMinor;
  }
  return allocations;
}

/** What goes back of an amount to grants, in the reverse order of their use, so that all is as though less had been used. @param used `leftMinor` is what was used of each */
export function giveBack(used: AvailableGrant[], amountMinor: bigint): Allocation[] {
  const allocations: Allocation[] = [];
  let rest = amountMinor;
  for (const { id, leftMinor } of used.toSorted(byUse).toReversed()) {
    const given = leftMinor < rest ? leftMinor : rest;
    if (given <= 0n) continue;
    allocations.push({ grantId: id, amountMinor: -given });
    rest -= given;
  }
  return allocations;
}

export function sumOf(allocations: Allocation[]): bigint {
  return allocations.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

function byUse(a: AvailableGrant, b: AvailableGrant): number {
  return (
    compare(a.expiresAt?.getTime() ?? Infinity, b.expiresAt?.getTime() ?? Infinity) ||
    compare(a.kind, b.kind) ||
    compare(a.createdAt.getTime(), b.createdAt.getTime()) ||
    compare(a.id, b.id)
  );
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
