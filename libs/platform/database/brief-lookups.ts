import { Logger } from '@nestjs/common';

/** A process that is cut off from Postgres goes on without rather than waits; then it does not ask for a while. */
const LOOKUP_MS = 250;
const AWAY_MS = 1_000;

/** Looks up in Postgres what is better known and can be done without. */
export class BriefLookups {
  private readonly logger = new Logger(BriefLookups.name);
  private awayUntilMs = 0;

  /** @param what is looked up, as a warning says it */
  constructor(private readonly what: string) {}

  /** Undefined where Postgres has not answered in time, or lately. */
  async ask<T>(find: () => Promise<T>): Promise<T | undefined> {
    if (performance.now() < this.awayUntilMs) return undefined;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no answer within ${LOOKUP_MS} ms`)), LOOKUP_MS);
    try {
      return await Promise.race([find(), late]);
    } catch (error) {
      this.awayUntilMs = performance.now() + AWAY_MS;
      this.logger.warn(`${this.what} are not looked up: ${(error as Error).message}`);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
