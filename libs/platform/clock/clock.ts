import { Global, Inject, Injectable, Module } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';

/**
 * The time, as something a test can set. It is Postgres's, carried on by the monotonic clock: a machine whose clock jumps
 * neither expires anything early nor puts usage into another billing period. Expiry, billing and retention read it, and its
 * offset moves them all; leases and heartbeats are Postgres's own time.
 */
@Injectable()
export class Clock {
  private readonly offsetMs: number;
  /** Time at the origin of the monotonic clock, in milliseconds. */
  private originMs = Date.now() - performance.now();

  constructor(@Inject(CONFIG) { KINDRED_CLOCK_OFFSET_SECONDS }: Pick<Config, 'KINDRED_CLOCK_OFFSET_SECONDS'>) {
    this.offsetMs = 1_000 * KINDRED_CLOCK_OFFSET_SECONDS;
  }

  now(): Date {
    return new Date(this.originMs + performance.now() + this.offsetMs);
  }

  /** Takes over what Postgres's clock says at this moment, in milliseconds since 1970. */
  agree(databaseMs: number): void {
    this.originMs = databaseMs - performance.now();
  }
}

@Global()
@Module({ providers: [Clock], exports: [Clock] })
export class ClockModule {}
