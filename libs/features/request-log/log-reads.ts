import { Injectable } from '@nestjs/common';
import { BOUNDS } from '../../platform/bounds.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { Problem } from '../../platform/errors/problem.js';
import { Turns } from '../../platform/queue/turns.js';

/** Looks into the request log, which may count many rows: one at a time of each organization, so that others come in between. */
@Injectable()
export class LogReads {
  private readonly turns = new Turns(BOUNDS.logReadsWaiting.most, tooManyLogReads);
  /** Pages of downloads, which must not break off for the many; of each download one waits. */
  private readonly pages = new Turns(Infinity, tooManyLogReads);

  constructor(private readonly database: Database) {}

  /** @throws Problem 429 where as many of the organization's wait as may */
  read<T>(tenantId: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.turns.run(tenantId, () => this.database.tenant(tenantId, work));
  }

  readPage<T>(tenantId: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.pages.run(tenantId, () => this.database.tenant(tenantId, work));
  }
}

const tooManyLogReads = (most: number) =>
  new Problem(
    429,
    'too_many_log_readings',
    `${most} looks of your organization into its request log wait for earlier ones already: send the next when some are answered.`,
    { headers: { 'retry-after': '1' } },
  );
