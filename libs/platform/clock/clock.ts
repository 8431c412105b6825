import { Global, Injectable, Module } from '@nestjs/common';

/**
 * The time, as something a test can set. It is Postgres's, carried on by the monotonic clock: a machine whose clock jumps
 * neither expires anything early nor puts usage into another billing period.
 */
@Injectable()
export class Clock {
  /** Time at the origin of the monotonic clock, in milliseconds. */
  private originMs = Date.now() - performance.now();

  now(): Date {
    return new Date(this.originMs + performance.now());
  }

  /** Takes over what Postgres's clock says at this moment, in milliseconds since 1970. */
  agree(databaseMs: number): void {
    this.originMs = databaseMs - performance.now();
  }
}

@Global()
@Module({ providers: [Clock], exports: [Clock] })
export class ClockModule {}
