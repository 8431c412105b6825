import { isIPv6 } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { hmac } from '../../platform/secrets/secrets.js';
import { tooManyAttempts } from './auth.errors.js';

interface Bucket {
  /** What the attempts are counted by, kept as a hash. */
  key: string;
  burst: number;
  perSecond: number;
}

const TAKE = `
  INSERT INTO throttles AS bucket (key, tokens, is_granted, refilled_at) VALUES ($1, $2::float8 - 1, true, clock_timestamp())
  ON CONFLICT (key) DO UPDATE SET
    is_granted = least($2, bucket.tokens + $3 * extract(epoch FROM clock_timestamp() - bucket.refilled_at)) >= 1,
    tokens = least($2, bucket.tokens + $3 * extract(epoch FROM clock_timestamp() - bucket.refilled_at))
      - CASE WHEN least($2, bucket.tokens + $3 * extract(epoch FROM clock_timestamp() - bucket.refilled_at)) >= 1 THEN 1 ELSE 0 END,
    refilled_at = clock_timestamp()
  RETURNING is_granted AS "isGranted", tokens`;

/**
 * Slows down whoever guesses, over all processes: token buckets by account and by address. Nobody is locked out: a browser that
 * the account's owner has signed in from has buckets of its own, which nobody else's guesses drain.
 */
@Injectable()
export class Throttle {
  /** Until when there is nothing to be had: whoever does not wait is refused without asking Postgres. */
  private readonly refused = new LRUCache<string, number>({ max: 10_000 });

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Before a password is compared.
   *
   * @param device of a browser that has signed in to this very account before
   * @returns gives the attempt back: it was no guess
   * @throws Problem 429 with the time to wait, the same whether or not the account exists
   */
  async admitLogin(email: string, address: string, device: string | null): Promise<() => Promise<void>> {
    const { KINDRED_LOGIN_TRIES: tries } = this.config;
    const byAccount = { key: `login/account/${email}`, burst: tries, perSecond: 1 / 60 };
    const byAddress = { key: `login/address/${networkOf(address)}`, burst: 3 * tries, perSecond: 1 / 10 };
    return this.admit(
      device ? [{ key: `login/device/${device}`, burst: tries, perSecond: 1 / 60 }] : [byAddress, byAccount],
    );
  }

  /** Before an account is made. @throws Problem 429 */
  async admitSignup(email: string, address: string): Promise<void> {
    const { KINDRED_SIGNUPS: signups } = this.config;
    await this.admit([
      { key: `signup/address/${networkOf(address)}`, burst: signups, perSecond: signups / 3600 },
      { key: `signup/account/${email}`, burst: 3, perSecond: 3 / 3600 },
    ]);
  }

  private async admit(buckets: Bucket[]): Promise<() => Promise<void>> {
    for (const bucket of buckets) await this.take(bucket);
    return () => this.giveBack(buckets);
  }

  private async take({ key, burst, perSecond }: Bucket): Promise<void> {
    const untilMs = this.refused.get(key) ?? 0;
    if (untilMs > performance.now()) throw tooManyAttempts(Math.ceil((untilMs - performance.now()) / 1000));
    const [bucket] = await this.database.systemSql((sql) =>
      sql.rows<{ isGranted: boolean; tokens: number }>(TAKE, [this.hash(key), burst, perSecond]),
    );
    const { isGranted, tokens } = bucket!;
    if (isGranted) return;
    const seconds = Math.max(1, Math.ceil((1 - tokens) / perSecond));
    this.refused.set(key, performance.now() + 1000 * seconds);
    throw tooManyAttempts(seconds);
  }

  private async giveBack(buckets: Bucket[]): Promise<void> {
    await this.database.systemSql(async (sql) => {
      for (const { key, burst } of buckets)
        await sql.run('UPDATE throttles SET tokens = least($2, tokens + 1) WHERE key = $1', [this.hash(key), burst]);
    });
  }

  private hash(key: string): Buffer {
    return Buffer.from(hmac(this.config.KINDRED_SECRET, 'throttle', key));
  }
}

/** Whoever has one IPv6 address has its whole /64. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address;
  const [head, tail] = address.split('::') as [string, string | undefined];
  const left = head ? head.split(':') : [];
  const right = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
