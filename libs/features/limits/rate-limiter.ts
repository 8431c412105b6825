import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/access/principal.js';
import { BOUNDS } from '../../platform/bounds.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { derivedId, NIL_ID } from '../../platform/http/ids.js';
import { subscriberOf } from '../../platform/http/network.js';
import { hmac } from '../../platform/secrets/secrets.js';
import { KnownTerms } from './known-terms.js';
import { tooFast } from './limits.errors.js';
import { LimitsRepository, type Terms } from './limits.repository.js';
import type { RateScope } from './remaining.js';

/** A process draws so much of a second's tokens at a time: what it may be over by when others are as busy. */
const LOT_SECONDS = 0.1;
const TRIES_MAX = 3;
const IDLE_MS = 60_000;
const BUCKETS_MAX = 10_000;

/** What is left to a caller, for the RateLimit headers. */
export interface RateState {
  scope: RateScope;
  burst: number;
  perSecond: number;
  remaining: number;
}

type RateTerms = Pick<Terms, 'requestsPerSecond' | 'requestsBurst' | 'rates'>;

/** Of a person who acts in no organization: enough to choose one. */
const OF_NOBODY: RateTerms = { requestsPerSecond: 5, requestsBurst: 20, rates: [] };

/** Of an operator, whose pages ask much at once. */
const OF_OPERATOR: RateTerms = { requestsPerSecond: 50, requestsBurst: 200, rates: [] };

/** An address has so much of what the organization may, at most: one visitor of a page leaves the others theirs. */
const ADDRESS_SHARE = 1 / 4;

type Rate = Pick<Bucket, 'scope' | 'scopeId' | 'perSecond' | 'burst'>;

/** Tokens of one bucket that this process has drawn. */
class Bucket {
  tokens = 0;
  /** In Postgres, at the last draw. */
  shared: number;
  /** Before this there is nothing to be had. */
  emptyUntilMs = 0;
  waiting = 0;
  usedMs = performance.now();
  filledMs = performance.now();

  constructor(
    readonly tenantId: string,
    readonly scope: RateScope,
    readonly scopeId: string,
    readonly perSecond: number,
    readonly burst: number,
  ) {
    this.shared = burst;
  }

  get lot(): number {
    return Math.max(1, Math.min(Math.ceil(this.perSecond * LOT_SECONDS), Math.ceil(this.burst / 4)));
  }
}

/**
 * Token buckets of organizations, projects and keys, one of each for all processes. A process draws tokens from Postgres in lots, so
 * most calls ask nobody; all that is drawn within some milliseconds is one statement.
 */
@Injectable()
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();
  private drawing: Promise<void> | null = null;
  private wanted = new Set<Bucket>();

  constructor(
    private readonly database: Database,
    private readonly repository: LimitsRepository,
    private readonly terms: KnownTerms,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Takes one token from each bucket that concerns the caller. A person's and a directory's are their own, so that a program which has used up the
   * organization's does not shut people out of the dashboard.
   *
   * @param address that the call came from, by which a publishable key's calls are counted too
   * @throws Problem 429 naming the scope
   */
  async admit(caller: Principal, address: string): Promise<RateState[]> {
    const terms = await this.termsOf(caller);
    // First, so that whoever has used up their own draws nothing of what is everybody's.
    const ofAddress = this.bucketsOfAddress(caller, address, terms);
    await this.take(ofAddress);
    const buckets = this.bucketsOf(caller, terms);
    await this.take(buckets).catch((error: unknown) => {
      for (const bucket of ofAddress) bucket.tokens++;
      throw error;
    });
    return [...buckets, ...ofAddress].map(({ scope, burst, perSecond, tokens, shared }) => {
      return { scope, burst, perSecond, remaining: Math.floor(Math.min(burst, tokens + shared)) };
    });
  }

  /** One token from each, or from none. */
  private async take(buckets: Bucket[]): Promise<void> {
    for (let tries = 0; buckets.some(({ tokens }) => tokens < 1); tries++) {
      const empty = buckets.find(({ tokens, emptyUntilMs }) => tokens < 1 && performance.now() < emptyUntilMs);
      if (empty || tries === TRIES_MAX) throw this.refusal(empty ?? buckets.find(({ tokens }) => tokens < 1)!);
      await this.draw(buckets.filter(({ tokens }) => tokens < 1));
    }
    for (const bucket of buckets) bucket.tokens--;
    const low = buckets.filter(({ tokens, lot, emptyUntilMs }) => tokens < lot / 2 && performance.now() > emptyUntilMs);
    if (low.length > 0) void this.draw(low);
  }

  private async termsOf({ tenantId, permissions }: Principal): Promise<RateTerms> {
    if (tenantId !== NIL_ID) return this.terms.get(tenantId);
    return permissions.includes('operator') ? OF_OPERATOR : OF_NOBODY;
  }

  private bucketsOf(caller: Principal, { requestsPerSecond, requestsBurst, rates }: RateTerms): Bucket[] {
    if (caller.kind !== 'apiKey') {
      const own = {
        scope: 'user' as const,
        scopeId: caller.kind === 'user' ? caller.userId : caller.scimTokenId,
        perSecond: requestsPerSecond,
        burst: requestsBurst,
      };
      return [this.find(caller.tenantId, own)];
    }
    const key = caller;
    const ids = { organization: key.tenantId, project: key.projectId, key: key.lineageId };
    const ofOrganization = rateOfOrganization({ requestsPerSecond, requestsBurst, rates });
    const narrower = rates.filter(({ scope, scopeId }) => scope !== 'organization' && ids[scope] === scopeId);
    return [{ scope: 'organization' as const, scopeId: key.tenantId, ...ofOrganization }, ...narrower].map((rate) =>
      this.find(key.tenantId, rate),
    );
  }

  /** The caller's own, within a publishable key. The address itself is kept nowhere. */
  private bucketsOfAddress(caller: Principal, address: string, terms: RateTerms): Bucket[] {
    if (caller.kind !== 'apiKey' || !caller.isPublishable) return [];
    const { perSecond, burst } = rateOfOrganization(terms);
    const hash = hmac(this.config.KINDRED_SECRET, 'rate-of-address', `${caller.lineageId}/${subscriberOf(address)}`);
    const rate = {
      scope: 'address' as const,
      scopeId: derivedId(0, Buffer.from(hash).toString('hex')),
      perSecond: Math.min(BOUNDS.pageCallsPerSecond.most, perSecond * ADDRESS_SHARE),
      burst: Math.max(1, Math.min(BOUNDS.pageCallsAtOnce.most, Math.floor(burst * ADDRESS_SHARE))),
    };
    return [this.find(caller.tenantId, rate)];
  }

  private find(tenantId: string, rate: Rate): Bucket {
    const { scope, scopeId, perSecond, burst } = rate;
    const name = `${tenantId}/${scope}/${scopeId}`;
    let bucket = this.buckets.get(name);
    if (!bucket || bucket.perSecond !== perSecond || bucket.burst !== burst) {
      if (this.buckets.size >= BUCKETS_MAX) this.forgetIdle();
      bucket = new Bucket(tenantId, scope, scopeId, perSecond, burst);
      this.buckets.set(name, bucket);
    }
    bucket.usedMs = performance.now();
    return bucket;
  }

  /** Joins the next draw; the one under way was asked without these. */
  private async draw(buckets: Bucket[]): Promise<void> {
    for (const bucket of buckets) {
      bucket.waiting++;
      this.wanted.add(bucket);
    }
    while (buckets.some((bucket) => this.wanted.has(bucket))) {
      this.drawing ??= this.drawAll().finally(() => (this.drawing = null));
      await this.drawing;
    }
  }

  private async drawAll(): Promise<void> {
    const wanted = [...this.wanted];
    const draws = wanted.map((bucket) => {
      const { tenantId, scope, scopeId, burst, perSecond } = bucket;
      return {
        tenantId,
        scope,
        scopeId,
        burst,
        perSecond,
        tokens: Math.min(burst, Math.max(bucket.waiting, bucket.lot)),
      };
    });
    for (const bucket of wanted) bucket.waiting = 0;
    this.wanted = new Set();
    try {
      const drawn = await this.database.systemSql((sql) => this.repository.draw(sql, draws));
      for (const bucket of wanted) {
        const { granted, tokens } = drawn.get(`${bucket.scope}/${bucket.scopeId}`)!;
        bucket.tokens += granted;
        bucket.shared = tokens;
        bucket.filledMs = performance.now();
        if (granted === 0) bucket.emptyUntilMs = performance.now() + (1000 * (1 - tokens)) / bucket.perSecond;
      }
    } catch {
      // Without Postgres each process keeps to the limit by itself.
      for (const bucket of wanted) fillAlone(bucket);
    }
  }

  private refusal({ scope, perSecond, emptyUntilMs }: Bucket): Error {
    return tooFast(scope, perSecond, Math.max(1, Math.ceil((emptyUntilMs - performance.now()) / 1000)));
  }

  private forgetIdle(): void {
    for (const [name, { usedMs }] of this.buckets) if (performance.now() - usedMs > IDLE_MS) this.buckets.delete(name);
  }
}

/** The customer may allow less than the plan does, not more. */
function rateOfOrganization({ requestsPerSecond, requestsBurst, rates }: RateTerms): Pick<Rate, 'perSecond' | 'burst'> {
  const own = rates.find(({ scope }) => scope === 'organization');
  return {
    perSecond: Math.min(requestsPerSecond, own?.perSecond ?? Infinity),
    burst: Math.min(requestsBurst, own?.burst ?? Infinity),
  };
}

function fillAlone(bucket: Bucket): void {
  const seconds = (performance.now() - bucket.filledMs) / 1000;
  bucket.tokens = Math.min(bucket.burst, bucket.tokens + bucket.perSecond * seconds);
  bucket.filledMs = performance.now();
  if (bucket.tokens < 1) bucket.emptyUntilMs = performance.now() + (1000 * (1 - bucket.tokens)) / bucket.perSecond;
}
