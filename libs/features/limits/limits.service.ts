import { hostname } from 'node:os';
import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, sqlOf, type Transaction } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, NIL_ID, parseId } from '../../platform/http/ids.js';
import { amountOf, priceOf } from '../billing/index.js';
import { periodAt } from '../usage/index.js';
import { limitReached, paymentOverdue, tooMany, unknownResource } from './limits.errors.js';
import { LimitsRepository } from './limits.repository.js';
import type { Limit, Limits, LimitScope, PutLimit } from './limits.schema.js';
import {
  type Caller,
  quantityAt,
  type Remaining,
  REQUESTS_PER_SECOND,
  remainingOf,
  SPEND,
  usedOf,
} from './remaining.js';

/** Two beats of an API process. */
const SERVING_SECONDS = 10;

/** Limits that an organization sets itself, and the plan's on what is done in a transaction of its own. */
@Injectable()
export class LimitsService {
  constructor(
    private readonly database: Database,
    private readonly repository: LimitsRepository,
    private readonly clock: Clock,
  ) {}

  /** Every limit with what counts against it. */
  overview(tenantId: string): Promise<Limits> {
    return this.database.tenant(tenantId, async (transaction) => {
      const limits = await this.repository.list(transaction);
      const { terms, start, end } = await this.findTerms(transaction, tenantId);
      const used = await this.repository.findMetered(sqlOf(transaction), tenantId, start);
      const things = await this.repository.countThings(transaction, start);
      const uses = terms.bounds.map((bound) => {
        const { setBy, limitId, scope, scopeId, resource, quantity, isOverride = false } = bound;
        const count = things[resource];
        return {
          limitId,
          setBy,
          scope,
          scopeId,
          resource,
          quantity: quantity.toFixed(),
          used: count === undefined ? usedOf(bound, terms.prices, used).toFixed() : String(count),
          isOverride,
        };
      });
      const { currency, requestsPerSecond, requestsBurst } = terms;
      const period = { periodStart: start.toISOString(), periodEnd: end.toISOString() };
      return { ...period, currency, requestsPerSecond, requestsBurst, limits, uses };
    });
  }

  /**
   * What counts against a limit of that kind in the running billing period, whether there is one or not.
   *
   * @throws Problem 400 where the resource is neither spend nor a meter
   */
  use(tenantId: string, { scope, scopeId, resource }: LimitScope): Promise<string> {
    return this.database.tenant(tenantId, async (transaction) => {
      if (resource !== SPEND && !(await this.repository.isMeter(transaction, resource)))
        throw unknownResource(resource);
      const id = await this.requireScope(transaction, tenantId, { scope, scopeId });
      const { terms, start } = await this.findTerms(transaction, tenantId);
      const used = await this.repository.findMetered(sqlOf(transaction), tenantId, start);
      const bound = {
        setBy: 'customer',
        limitId: null,
        scope,
        scopeId: id,
        resource,
        quantity: new Decimal(0),
      } as const;
      return usedOf(bound, terms.prices, used).toFixed();
    });
  }

  put(tenantId: string, body: PutLimit): Promise<Limit> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { scope, resource } = body;
      const isKnown =
        [SPEND, REQUESTS_PER_SECOND].includes(resource) || (await this.repository.isMeter(transaction, resource));
      if (!isKnown) throw unknownResource(resource);
      const scopeId = await this.requireScope(transaction, tenantId, body);
      const before = await this.repository.find(transaction, { scope, scopeId, resource });
      const after = await this.repository.put(transaction, { ...body, tenantId, id: newId(), scope, scopeId });
      await audit(transaction, tenantId, before ? 'limit.updated' : 'limit.created', after.id, { before, after });
      return after;
    });
  }

  async delete(tenantId: string, limitId: string): Promise<void> {
    const id = parseId('limit', limitId);
    await this.database.tenant(tenantId, async (transaction) => {
      const before = await this.repository.find(transaction, { id });
      if (!before || !(await this.repository.delete(transaction, id))) throw notFound('limit', limitId);
      await audit(transaction, tenantId, 'limit.deleted', id, { before });
    });
  }

  /** Takes away the limits on projects and keys that are to be no more. */
  deleteOf(transaction: Transaction, scopeIds: string[]): Promise<void> {
    return this.repository.deleteOf(transaction, scopeIds);
  }

  /** @throws Problem 402 or 429 where the meter's quotas and spend caps leave nothing for work that is to begin */
  async requireUnit(transaction: Transaction, caller: Omit<Caller, 'lineageId'>, meter: string): Promise<void> {
    const { remaining, terms, end } = await this.findRemaining(transaction, caller, meter);
    if (remaining.units < 1)
      throw limitReached(remaining.bound!, terms.planName, terms.currency, end, this.clock.now());
  }

  /** @throws Problem 402 where the organization has not paid for so long that no job begins: for jobs that no call begins */
  async requirePaid(transaction: Transaction, tenantId: string): Promise<void> {
    const { overdueStage: stage } = (await this.findTerms(transaction, tenantId)).terms;
    if (stage === 'restricted' || stage === 'read_only') throw paymentOverdue(stage);
  }

  /** How many units of the meter are left; Infinity where nothing bounds them. */
  async unitsLeft(
    transaction: Transaction,
    caller: Omit<Caller, 'lineageId'>,
    meter: string,
    deviceClass?: string,
  ): Promise<number> {
    return (await this.findRemaining(transaction, caller, meter, deviceClass)).remaining.units;
  }

  /** What the plan includes of a meter, what of it is used in this billing period, and what more of it would cost. */
  async standing(
    transaction: Transaction,
    tenantId: string,
    meter: string,
    deviceClass: string,
  ): Promise<{ currency: string; used: number; included: number; costOf: (units: number) => string }> {
    const { terms, start } = await this.findTerms(transaction, tenantId);
    const price = priceOf(meter, deviceClass, terms.prices);
    const metered = await this.repository.findMetered(sqlOf(transaction), tenantId, start);
    const ofMeter = metered.filter((row) => row.meter === meter);
    const used = quantityAt(price, terms.prices, ofMeter);
    const amountAt = (units: Decimal) =>
      price ? amountOf(price, units.minus(price.includedQuantity)) : new Decimal(0);
    return {
      currency: terms.currency,
      used: used.toNumber(),
      included: price?.includedQuantity.toNumber() ?? 0,
      costOf: (units) => amountAt(used.plus(units)).minus(amountAt(used)).toFixed(),
    };
  }

  /**
   * Lets nobody else decide about the organization's things until the transaction ends.
   *
   * @throws Problem 402 where the plan does not allow so many more of the thing
   */
  async requireThing(transaction: Transaction, tenantId: string, thing: string, more = 1): Promise<void> {
    const { terms, start, end } = await this.lock(transaction, tenantId);
    const bound = terms.bounds.find(({ resource }) => resource === thing);
    if (!bound) return;
    const count = await this.repository.countThing(transaction, thing, start);
    if (bound.quantity.gte(count + more)) return;
    throw tooMany(terms.planName, bound.quantity.toFixed(), thing, count, thing === 'training_jobs' ? end : undefined);
  }

  /** What the plan leaves of a thing, or of the rows of a kind of data, 0 or more; Infinity where it does not bound it. */
  thingsLeft(transaction: Transaction, tenantId: string, thing: string): Promise<number> {
    return this.leftOf(transaction, tenantId, thing);
  }

  /** Rows that the plan lets a data set hold next to what the others of such kinds do; Infinity where it does not bound them. */
  async rowsLeft(transaction: Transaction, tenantId: string, quota: string, dataSetId: string): Promise<number> {
    const ofThisSet = await this.repository.countRows(transaction, dataSetId);
    return (await this.leftOf(transaction, tenantId, quota)) + ofThisSet;
  }

  /** Whether the machine of this process is one on which calls are being answered. */
  isServingHere(): Promise<boolean> {
    return this.database.systemSql((sql) => this.repository.isServing(sql, hostname(), SERVING_SECONDS));
  }

  private async leftOf(transaction: Transaction, tenantId: string, resource: string): Promise<number> {
    const { terms, start } = await this.lock(transaction, tenantId);
    const bound = terms.bounds.find((each) => each.resource === resource);
    if (!bound) return Infinity;
    return Math.max(0, bound.quantity.toNumber() - (await this.repository.countThing(transaction, resource, start)));
  }

  private async findRemaining(
    transaction: Transaction,
    caller: Omit<Caller, 'lineageId'>,
    meter: string,
    deviceClass = '',
  ) {
    const { terms, start, end } = await this.lock(transaction, caller.tenantId);
    const used = await this.repository.findUsed(sqlOf(transaction), caller.tenantId, start);
    const remaining: Remaining = remainingOf(
      meter,
      { ...caller, lineageId: NIL_ID },
      terms.bounds,
      terms.prices,
      used,
      deviceClass,
    );
    return { remaining, terms, end };
  }

  private async lock(transaction: Transaction, tenantId: string) {
    await this.repository.lockTenant(sqlOf(transaction), tenantId);
    return this.findTerms(transaction, tenantId);
  }

  private async findTerms(transaction: Transaction, tenantId: string) {
    const terms = await this.repository.findTerms(sqlOf(transaction), tenantId);
    return { terms, ...periodAt(terms.anchorAt, this.clock.now()) };
  }

  private async requireScope(
    transaction: Transaction,
    tenantId: string,
    { scope, scopeId }: Pick<PutLimit, 'scope' | 'scopeId'>,
  ): Promise<string> {
    if (scope === 'organization') return tenantId;
    const id = parseId(scope, scopeId!);
    const found = await this.repository.findScope(transaction, scope, id);
    if (!found) throw notFound(scope, id);
    return found;
  }
}
