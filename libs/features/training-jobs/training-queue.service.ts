import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { toPage } from '../../platform/http/page.js';
import { TrainingQueueRepository } from './training-queue.repository.js';
import type { ListAllTrainingJobsQuery, TrainingQueue, Workers } from './training-queue.schema.js';

/** What the operator sees of training over all tenants. */
@Injectable()
export class TrainingQueueService {
  constructor(
    private readonly database: Database,
    private readonly repository: TrainingQueueRepository,
  ) {}

  async listJobs(query: ListAllTrainingJobsQuery) {
    return toPage(await this.database.system((transaction) => this.repository.listJobs(transaction, query)), query);
  }

  async get(): Promise<TrainingQueue> {
    return { pools: await this.database.system((transaction) => this.repository.countByPool(transaction)) };
  }

  async listWorkers(): Promise<Workers> {
    return { workers: await this.database.system((transaction) => this.repository.listWorkers(transaction)) };
  }
}
