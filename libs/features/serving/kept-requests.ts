import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { idSchema, timeOfId } from '../../platform/http/ids.js';
import { UsageRecorder } from '../usage/index.js';
import { type KeptCall, KeptRequestsRepository } from './kept-requests.repository.js';
import { noSuchCall } from './serving.errors.js';

/** A call is in a journal first, and in Postgres shortly after. */
const DRAINED_MS = 10_000;
const TRIES = 10;
const PAUSE_MS = 200;

/** What calls asked whose answers can be corrected, for as long as docs/retention.md says. */
@Injectable()
export class KeptRequests {
  constructor(
    private readonly database: Database,
    private readonly repository: KeptRequestsRepository,
    private readonly clock: Clock,
    recorder: UsageRecorder,
  ) {
    recorder.onDrain((sql, calls) =>
      this.repository.keep(
        sql,
        calls.flatMap(({ tenantId, id, deploymentId, modelVersionId = null, kept }) =>
          kept && deploymentId ? [{ tenantId, id, deploymentId, modelVersionId, request: kept }] : [],
        ),
      ),
    );
  }

  /**
   * What a call of the deployment asked, and what answered; waits a moment for one that was only just answered.
   *
   * @throws Problem 404 where no such call is known, or not any more
   */
  async require(tenantId: string, deploymentId: string, callId: string): Promise<KeptCall> {
    if (!idSchema.safeParse(callId).success) throw noSuchCall(callId);
    for (let tries = 1; ; tries++) {
      const found = await this.database.tenantSql(tenantId, (sql) =>
        this.repository.find(sql, tenantId, callId, deploymentId),
      );
      if (found) return found;
      const isYoung = Math.abs(this.clock.now().getTime() - timeOfId(callId)) < DRAINED_MS;
      if (!isYoung || tries === TRIES) throw noSuchCall(callId);
      await sleep(PAUSE_MS);
    }
  }
}
