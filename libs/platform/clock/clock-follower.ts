import { Injectable, Module } from '@nestjs/common';
import { Database } from '../database/database.js';
import { RepeatedWork } from '../queue/repeated-work.js';
import { Clock, CLOCK_QUERY, type ReadClock } from './clock.js';

/** Keeps a worker's clock in step with Postgres, as `Changes` does an API's. */
@Injectable()
class ClockFollower extends RepeatedWork {
  protected readonly everyMs = 1_000;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const [read] = await this.database.system((transaction) => transaction.$queryRawUnsafe<ReadClock[]>(CLOCK_QUERY));
    if (this.clock.agree(read!)) RepeatedWork.wakeAll();
  }
}

@Module({ providers: [ClockFollower] })
export class ClockFollowerModule {}
