import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { PlanOverridesRepository } from './plan-overrides.repository.js';

/** Takes away what was granted for a while, which every process then hears of as of any other change. */
@Injectable()
export class PlanOverrideEnds extends RepeatedWork {
  protected readonly everyMs = 1_000;

  constructor(
    private readonly database: Database,
    private readonly repository: PlanOverridesRepository,
    private readonly clock: Clock,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    await this.database.system(async (transaction) => {
      for (const { tenantId, ...before } of await this.repository.deleteEnded(transaction, this.clock.now()))
        await audit(transaction, tenantId, 'plan_override.ended', before.id, { before });
    });
  }
}
