import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Changes } from '../../platform/changes/changes.js';
import { OUTAGE_MS } from '../../platform/changes/watched-cache.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { newId } from '../../platform/http/ids.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { type BillingContext, type Period, periodAt, UsageRecorder, type Use } from '../usage/index.js';
import { KnownTerms } from './known-terms.js';
import { leasesStale, limitReached } from './limits.errors.js';
import { LimitsRepository, type Terms } from './limits.repository.js';
import { type Bound, type Caller, remainingOf } from './remaining.js';

/** Calls between two beats from which on trainings on this machine leave it a part of their threads. */
const BUSY_CALLS = 5;
/** A process that is silent for longer has stopped spending what it leased, so that others may. */
const SILENT_SECONDS_MAX = OUTAGE_MS / 1000 + 30;
const IDLE_MS = 30_000;
/** Leased ahead, so that neither a call nor an outage of Postgres waits for more. */
const AHEAD_SECONDS = 120;
const AHEAD_UNITS_MIN = 100;
const AHEAD_UNITS_MAX = 1_000_000;
/** The last units are leased only as they are asked for; of more than that, so many times what is leased ahead stays for others. */
const SHARE = 4;
/** Tries to get back what other processes hold, before a call is refused. */
const RECALLS_MAX = 20;
const RECALL_MS = 25;

/** What a call may use, and what comes of it. */
export interface Reservation {
  context: BillingContext;
  /** What was used of a meter. */
  use(meter: string, units: number): Use;
  /** The entries are durable: only what they do not use is free again. */
  commit(): void;
  /** Frees everything, unless it was committed. */
  release(): void;
}

interface Grant {
  terms: Terms;
  period: Period;
  units: number;
  bound: Bound | null;
}

interface Waiting {
  units: number;
  resolve: (grant: Grant) => void;
  reject: (error: unknown) => void;
}

/** What this process may spend of one meter for one caller: units leased from Postgres, or without end where nothing bounds them. */
class Allowance {
  readonly leaseId = newId();
  /** Leased and not reserved. */
  left = 0;
  grant: Grant | null = null;
  /** What bounds it changed while it was being extended. */
  isOutdated = false;
  waiting: Waiting[] = [];
  isExtending = false;
  /** Units a second that were asked for before the last extension. */
  perSecond = 0;
  reservedSince = 0;
  extendedMs = performance.now();
  usedMs = performance.now();

  constructor(
    readonly caller: Caller,
    readonly meter: string,
  ) {}

  get key(): string {
    return keyOf(this.caller, this.meter);
  }

  /** As now, or half of what it was where it has calmed down or begun anew. */
  get perSecondNow(): number {
    const seconds = Math.max(1, (performance.now() - this.extendedMs) / 1000);
    return Math.max(this.reservedSince / seconds, this.perSecond / 2);
  }

  get unitsAhead(): number {
    const perSecond = this.perSecondNow;
    return Math.min(AHEAD_UNITS_MAX, Math.max(AHEAD_UNITS_MIN, Math.ceil(perSecond * AHEAD_SECONDS)));
  }
}

/**
 * Decides before a call whether quotas and spend caps allow it. Units are leased from Postgres in lots: what the ledger holds and
 * what all processes have leased together never exceed a limit (docs/adr/0013).
 */
@Injectable()
export class Quotas extends RepeatedWork implements OnApplicationShutdown {
  protected readonly everyMs = 5_000;
  private readonly allowances = new Map<string, Allowance>();
  private readonly nodeId: string;
  private beatMs = performance.now();
  private calls = 0;

  constructor(
    private readonly database: Database,
    private readonly repository: LimitsRepository,
    private readonly clock: Clock,
    private readonly terms: KnownTerms,
    recorder: UsageRecorder,
    changes: Changes,
  ) {
    super();
    this.nodeId = recorder.nodeId;
    changes.onChange(({ table, tenantId, id }) => {
      if (table === 'quota_leases' && id !== this.nodeId) this.giveBack((caller) => caller.tenantId === tenantId);
    });
    terms.onForgotten((tenantId) => this.forget((caller) => caller.tenantId === tenantId));
    // Leases outlive an outage; what bounds them may have changed during it.
    changes.onReset(() => this.allowances.forEach((allowance) => void this.extend(allowance)));
    recorder.onDrain((sql, calls) => repository.settleLeases(sql, calls));
    recorder.onAdopted((nodeId) => database.systemSql((sql) => repository.endNode(sql, nodeId)));
  }

  /** Other processes must know that this one is alive before it holds leases. */
  override async onApplicationBootstrap(): Promise<void> {
    await this.beat();
    await super.onApplicationBootstrap();
  }

  async onApplicationShutdown(): Promise<void> {
    const given = [...this.allowances.values()].map((allowance) => this.shrink(allowance));
    await Promise.all(given).catch(this.warn);
  }

  /**
   * Sets units aside for a call.
   *
   * @throws Problem 402 or 429 naming the limit that is reached; 503 where Postgres is needed and away
   */
  async reserve(caller: Caller, wanted: Record<string, number>): Promise<Reservation> {
    this.calls++;
    const reserved = new Map<string, { allowance: Allowance; units: number; used: number; leaseId?: string }>();
    const end = (isCommitted: boolean) => {
      for (const { allowance, units, used, leaseId } of reserved.values())
        if (leaseId) this.free(allowance, isCommitted ? units - used : units);
      reserved.clear();
    };
    let grant: Grant;
    try {
      for (const [meter, units] of Object.entries(wanted)) {
        const allowance = this.find(caller, meter);
        grant = await this.take(allowance, units);
        const leaseId = grant.bound ? allowance.leaseId : undefined;
        reserved.set(meter, { allowance, units, used: 0, leaseId });
      }
    } catch (error) {
      end(false);
      throw error;
    }
    const { terms, period } = grant!;
    const context = { priceVersionId: terms.priceVersionId, periodStart: period.start.toISOString() };
    const use = (meter: string, units: number) => {
      const part = reserved.get(meter)!;
      part.used = units;
      return { meter, quantity: units, leaseId: part.leaseId };
    };
    return { context, use, commit: () => end(true), release: () => end(false) };
  }

  protected override work(): Promise<void> {
    return this.beat();
  }

  /** Tells Postgres that this process lives, and gives back what nobody asks for. */
  async beat(): Promise<void> {
    await this.database.systemSql(async (sql) => {
      await this.repository.beat(sql, this.nodeId, hostname(), this.calls >= BUSY_CALLS);
      this.calls = 0;
      await this.repository.reap(sql, SILENT_SECONDS_MAX);
    });
    // After a silence this long other processes may have been given what this one had leased.
    if (performance.now() - this.beatMs > OUTAGE_MS) this.giveBack(() => true);
    this.beatMs = performance.now();
    for (const [key, allowance] of this.allowances) {
      const isIdle = performance.now() - allowance.usedMs > IDLE_MS && !allowance.isExtending;
      if (!isIdle) continue;
      this.allowances.delete(key);
      await this.shrink(allowance);
    }
  }

  private async take(allowance: Allowance, units: number): Promise<Grant> {
    if (performance.now() - this.beatMs > OUTAGE_MS) throw leasesStale();
    allowance.usedMs = performance.now();
    allowance.reservedSince += units;
    const { grant } = allowance;
    if (grant?.bound === null) return grant;
    if (grant && allowance.left >= units) {
      allowance.left -= units;
      if (allowance.left < allowance.unitsAhead / SHARE) void this.extend(allowance);
      return grant;
    }
    return new Promise((resolve, reject) => {
      allowance.waiting.push({ units, resolve, reject });
      void this.extend(allowance);
    });
  }

  /** An allowance that is no longer in use cannot keep what comes back late. */
  private free(allowance: Allowance, units: number): void {
    allowance.left += units;
    if (this.allowances.get(allowance.key) !== allowance) this.shrinkSoon(allowance);
  }

  private find(caller: Caller, meter: string): Allowance {
    const key = keyOf(caller, meter);
    const known = this.allowances.get(key);
    if (known && (!known.grant || this.clock.now() < known.grant.period.end)) return known;
    const allowance = new Allowance(caller, meter);
    this.allowances.set(key, allowance);
    if (known) {
      allowance.perSecond = known.perSecondNow;
      this.shrinkSoon(known);
    }
    return allowance;
  }

  /** Leases more, for all who wait together; those who come meanwhile are the next round's. */
  private async extend(allowance: Allowance): Promise<void> {
    if (allowance.isExtending) return;
    allowance.isExtending = true;
    let recalls = 0;
    do {
      const asked = allowance.waiting.length;
      allowance.isOutdated = false;
      const demand = Math.max(0, allowance.waiting.reduce((sum, { units }) => sum + units, 0) - allowance.left);
      try {
        const grant = await this.lease(allowance, demand, allowance.unitsAhead, recalls > 0);
        if (allowance.grant && !isSameTerms(allowance.grant.terms, grant.terms)) this.shrinkSoon(allowance);
        allowance.grant = grant;
        allowance.left += grant.units;
        allowance.perSecond = allowance.perSecondNow;
        allowance.reservedSince = 0;
        allowance.extendedMs = performance.now();
        const served = serve(allowance, grant, asked);
        if (allowance.isOutdated) allowance.grant = null;
        if (served === asked) continue;
        if (recalls++ < RECALLS_MAX && (await this.recall(allowance))) continue;
        this.refuse(allowance, grant, asked - served);
      } catch (error) {
        for (const { reject } of allowance.waiting.splice(0, asked)) reject(error);
      }
    } while (allowance.waiting.length > 0);
    allowance.isExtending = false;
  }

  /** Turns away those who have waited longest. */
  private refuse({ waiting }: Allowance, { terms, period, bound }: Grant, count: number): void {
    for (const { reject } of waiting.splice(0, count))
      reject(limitReached(bound!, terms.planName, terms.currency, period.end, this.clock.now()));
  }

  /** One decision in Postgres about what is left; `isLast` where nothing is to be leased ahead. */
  private async lease(
    { caller, meter, leaseId }: Allowance,
    demand: number,
    ahead: number,
    isLast: boolean,
  ): Promise<Grant> {
    const { tenantId } = caller;
    const periodOf = ({ anchorAt }: Terms) => periodAt(anchorAt, this.clock.now());
    const known = await this.terms.get(tenantId);
    const isBounded = remainingOf(meter, caller, known.bounds, known.prices, []).bound !== null;
    if (!isBounded) return { terms: known, period: periodOf(known), units: 0, bound: null };
    return this.database.systemSql(async (sql) => {
      await this.repository.lockTenant(sql, tenantId);
      const terms = await this.repository.findTerms(sql, tenantId);
      const period = periodOf(terms);
      const used = await this.repository.findUsed(sql, tenantId, period.start);
      const remaining = remainingOf(meter, caller, terms.bounds, terms.prices, used);
      const spare = isLast ? 0 : Math.floor(Math.max(0, remaining.units - demand) / SHARE);
      const units = Math.min(remaining.units, demand + Math.min(ahead, spare));
      const lease = { id: leaseId, nodeId: this.nodeId, caller, meter, periodStart: period.start };
      if (units > 0) await this.repository.extendLease(sql, lease, units);
      return { terms, period, units, bound: remaining.bound };
    });
  }

  /** Gets back what other processes, and other callers of this one, hold and do not need; false where there is nothing. */
  private async recall({ caller, meter }: Allowance): Promise<boolean> {
    const isHeldHere = this.giveBack((other) => other.tenantId === caller.tenantId);
    const isHeldElsewhere = await this.database.systemSql(async (sql) => {
      if (!(await this.repository.isHeldElsewhere(sql, caller.tenantId, meter, this.nodeId))) return false;
      await this.repository.recallLeases(sql, caller.tenantId, this.nodeId);
      return true;
    });
    if (isHeldHere || isHeldElsewhere) await sleep(RECALL_MS);
    return isHeldHere || isHeldElsewhere;
  }

  /** True where there was something to give. */
  private giveBack(concerns: (caller: Caller) => boolean): boolean {
    let hasGiven = false;
    for (const allowance of this.allowances.values()) {
      if (!concerns(allowance.caller)) continue;
      hasGiven ||= allowance.left > 0;
      this.shrinkSoon(allowance);
    }
    return hasGiven;
  }

  /** What bounds them has changed: the next call asks anew. */
  private forget(concerns: (caller: Caller) => boolean): void {
    this.giveBack(concerns);
    for (const allowance of this.allowances.values()) {
      if (!concerns(allowance.caller)) continue;
      allowance.grant = null;
      allowance.isOutdated = true;
    }
  }

  private shrinkSoon(allowance: Allowance): void {
    void this.shrink(allowance).catch(this.warn);
  }

  private async shrink(allowance: Allowance): Promise<void> {
    const units = allowance.left;
    if (units <= 0) return;
    allowance.left = 0;
    await this.database.systemSql((sql) =>
      this.repository.shrinkLease(sql, allowance.caller.tenantId, allowance.leaseId, units),
    );
  }
}

function keyOf({ tenantId, projectId, lineageId }: Caller, meter: string): string {
  return `${tenantId}/${projectId}/${lineageId}/${meter}`;
}

function isSameTerms(a: Terms, b: Terms): boolean {
  return a.priceVersionId === b.priceVersionId && JSON.stringify(a.bounds) === JSON.stringify(b.bounds);
}

/** Hands out what is there to the first `count`, in their order; returns how many have got theirs. */
function serve(allowance: Allowance, grant: Grant, count: number): number {
  for (let served = 0; served < count; served++) {
    const { units, resolve } = allowance.waiting[0]!;
    if (grant.bound) {
      if (allowance.left < units) return served;
      allowance.left -= units;
    }
    allowance.waiting.shift();
    resolve(grant);
  }
  return count;
}
