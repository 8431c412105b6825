import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { Queue } from '../../platform/queue/queue.js';
import { DataSetsService, type ImportedContent } from '../data-sets/index.js';
import { ModelsService } from '../models/index.js';
import { ProjectsService } from '../projects/index.js';
import { dataSetEmpty, jobEnded } from './training-jobs.errors.js';
import { TrainingJobsRepository } from './training-jobs.repository.js';
import type { ListTrainingJobsQuery, TrainingJob } from './training-jobs.schema.js';

/** Below these a recommender rarely beats popularity; training goes ahead, with a warning. */
const INTERACTIONS_ADVISED = 1_000;
const ACTIVE_USERS_ADVISED = 25;

@Injectable()
export class TrainingJobsService {
  constructor(
    private readonly database: Database,
    private readonly repository: TrainingJobsRepository,
    private readonly projects: ProjectsService,
    private readonly models: ModelsService,
    private readonly dataSets: DataSetsService,
    private readonly queue: Queue,
  ) {}

  /** Queues a job on the rows that the model's data sets hold now. */
  create(tenantId: string, projectId: string, modelId: string): Promise<TrainingJob> {
    return this.database.tenant(tenantId, async (transaction) => {
      const model = await this.models.require(transaction, projectId, modelId);
      const interactions = await this.requireContent(transaction, projectId, model.interactionsDataSetId);
      const items = model.itemsDataSetId
        ? await this.requireContent(transaction, projectId, model.itemsDataSetId)
        : null;
      const job = await this.repository.create(transaction, {
        tenantId,
        id: newId(),
        projectId,
        modelId,
        interactionsImportId: interactions.importId,
        itemsImportId: items?.importId ?? null,
        warnings: warningsAbout(interactions),
      });
      await this.queue.send(transaction, 'training-jobs', { tenantId, id: job.id });
      return job;
    });
  }

  get(tenantId: string, projectId: string, jobId: string): Promise<TrainingJob> {
    return this.database.tenant(tenantId, (transaction) => this.require(transaction, projectId, jobId));
  }

  list(tenantId: string, projectId: string, query: ListTrainingJobsQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      return toPage(await this.repository.list(transaction, projectId, query), query);
    });
  }

  /** Ends a job that waits at once; a running one's worker notices at its next heartbeat. */
  cancel(tenantId: string, projectId: string, jobId: string): Promise<TrainingJob> {
    return this.database.tenant(tenantId, async (transaction) => {
      const job = await this.require(transaction, projectId, jobId);
      if (!(await this.repository.cancel(transaction, job.id))) throw jobEnded(job.status);
      return this.require(transaction, projectId, jobId);
    });
  }

  private async require(transaction: Transaction, projectId: string, jobId: string): Promise<TrainingJob> {
    const id = parseId('training job', jobId);
    const job = await this.repository.find(transaction, parseId('project', projectId), id);
    if (!job) throw notFound('training job', jobId);
    return job;
  }

  private async requireContent(
    transaction: Transaction,
    projectId: string,
    dataSetId: string,
  ): Promise<ImportedContent> {
    const dataSet = await this.dataSets.require(transaction, projectId, dataSetId);
    const content = dataSet.currentImport && (await this.dataSets.findContent(transaction, dataSet.currentImport.id));
    if (!content) throw dataSetEmpty(dataSet.name);
    return content;
  }
}

function warningsAbout({ rows, statistics }: ImportedContent): string[] {
  const activeUsers = statistics?.usersWithTwoOrMore ?? 0;
  const warnings = [];
  if (rows < INTERACTIONS_ADVISED) {
    warnings.push(
      `There are ${rows} interactions; below ${INTERACTIONS_ADVISED} a recommender rarely beats popularity.`,
    );
  }
  if (activeUsers < ACTIVE_USERS_ADVISED) {
    warnings.push(
      `${activeUsers} users have two interactions or more; the metrics say little below ${ACTIVE_USERS_ADVISED}.`,
    );
  }
  return warnings;
}
