import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG, type Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { Problem } from '../errors/problem.js';
import { hmac } from '../secrets/secrets.js';

export interface Bucket {
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

const tooManyAttempts = (seconds: number) =>
  new Problem(429, 'too_many_attempts', `Too many attempts. Wait ${seconds} s, then try again.`, {
    headers: { 'retry-after': String(seconds) },
  });

/** Token buckets over all processes. */
@Injectable()
export class TokenBuckets {
  /** Until when there is nothing to be had: whoever does not wait is refused without asking Postgres. */
  private readonly refused = new LRUCache<string, number>({ max: 10_000 });

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Pick<Config, 'KINDRED_SECRET'>,
  ) {}

  /** @throws Problem 429 with the time to wait */
  async take({ key, burst, perSecond }: Bucket): Promise<void> {
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

  async giveBack(buckets: Bucket[]): Promise<void> {
    await this.database.systemSql(async (sql) => {
      for (const { key, burst } of buckets)
        await sql.run('UPDATE throttles SET tokens = least($2, tokens + 1) WHERE key = $1', [this.hash(key), burst]);
    });
  }

  private hash(key: string): Buffer {
    return Buffer.from(hmac(this.config.KINDRED_SECRET, 'throttle', key));
  }
}
