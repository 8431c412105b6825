import { Global, Injectable, Module } from '@nestjs/common';

/** Read at once, so that no moment lies between the two. */
export const CLOCK_QUERY = `
  SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS "nowMs", offset_seconds::float8 * 1000 AS "offsetMs" FROM clock`;

export interface ReadClock {
  /** Postgres's time since 1970. */
  nowMs: number;
  /** How far ahead of that the platform's is. */
  offsetMs: number;
}

/** SQL of what the clock shows. */
export const CLOCK_NOW = `now() + (SELECT offset_seconds FROM clock) * interval '1 second'`;

/**
 * The time, as something a test can set. It is Postgres's, carried on by the monotonic clock: a machine whose clock jumps
 * neither expires anything early nor puts usage into another billing period. Expiry, billing and retention read it, and the
 * offset that `npm run clock` keeps in Postgres moves them all; leases and heartbeats are Postgres's own time.
 */
@Injectable()
export class Clock {
  /** Time at the origin of the monotonic clock, in milliseconds. */
  private originMs = Date.now() - performance.now();
  private offsetMs = 0;

  now(): Date {
    return new Date(this.originMs + performance.now() + this.offsetMs);
  }

  /**
   * Takes over what Postgres says at this moment.
   *
   * @returns whether the offset is another
   */
  agree({ nowMs, offsetMs }: ReadClock): boolean {
    const isMoved = offsetMs !== this.offsetMs;
    this.originMs = nowMs - performance.now();
    this.offsetMs = offsetMs;
    return isMoved;
  }
}

@Global()
@Module({ providers: [Clock], exports: [Clock] })
export class ClockModule {}
