import { Global, Injectable, Module } from '@nestjs/common';

/** The time, as something a test can set. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}

@Global()
@Module({ providers: [Clock], exports: [Clock] })
export class ClockModule {}
