import { hostname } from 'node:os';
import { Injectable, Module } from '@nestjs/common';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { HealthRepository } from './health.repository.js';

/** Says that this worker is there, whether or not it has work. */
@Injectable()
class Heartbeat extends RepeatedWork {
  protected readonly everyMs = 20_000;

  constructor(private readonly repository: HealthRepository) {
    super();
  }

  protected override work(): Promise<void> {
    return this.repository.beat(`${hostname()}/${process.pid}`);
  }
}

/** The worker's door to this feature. */
@Module({ providers: [HealthRepository, Heartbeat] })
export class HealthWorkerModule {}
