import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { ImpersonationsRepository } from './impersonations.repository.js';

/** Writes down that one ran out, which ends it for the operator by itself. Any worker may do it, and several at once. */
@Injectable()
export class ImpersonationEnds extends RepeatedWork {
  protected readonly everyMs = 60_000;

  constructor(
    private readonly database: Database,
    private readonly repository: ImpersonationsRepository,
    private readonly clock: Clock,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    await this.database.system(async (transaction) => {
      for (const { tenantId, id, endedAt } of await this.repository.endRunOut(transaction, this.clock.now()))
        await audit(transaction, tenantId, 'impersonation.ended', id, { after: { endedAt } });
    });
  }
}
