import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isForeignKeyViolation } from '../../platform/database/errors.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { LimitsService } from '../limits/index.js';
import { ModelsService } from '../models/index.js';
import { ProjectsService } from '../projects/index.js';
import { otherTask } from './deployments.errors.js';
import { DeploymentsRepository } from './deployments.repository.js';
import type { CreateDeployment, Deployment, ListDeploymentsQuery, UpdateDeployment } from './deployments.schema.js';

@Injectable()
export class DeploymentsService {
  constructor(
    private readonly database: Database,
    private readonly repository: DeploymentsRepository,
    private readonly projects: ProjectsService,
    private readonly limits: LimitsService,
    private readonly models: ModelsService,
  ) {}

  create(tenantId: string, projectId: string, body: CreateDeployment): Promise<Deployment> {
    const work = this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      await this.limits.requireThing(transaction, tenantId, 'deployments');
      const task = await this.requireTask(transaction, projectId, body.modelVersionId);
      const created = await this.repository.create(transaction, { ...body, task, tenantId, id: newId(), projectId });
      await audit(transaction, tenantId, 'deployment.created', created.id, { after: created });
      return created;
    });
    return work.catch(orVersionNotFound(body.modelVersionId));
  }

  update(tenantId: string, projectId: string, deploymentId: string, body: UpdateDeployment): Promise<Deployment> {
    const work = this.database.tenant(tenantId, async (transaction) => {
      const before = await this.require(transaction, projectId, deploymentId);
      if (body.modelVersionId) {
        const other = await this.requireTask(transaction, projectId, body.modelVersionId);
        if (other !== before.task) throw otherTask(before.task, other);
      }
      const isSwitched = body.modelVersionId !== undefined && body.modelVersionId !== before.modelVersionId;
      const changes = { ...body, ...(isSwitched && { previousModelVersionId: before.modelVersionId }) };
      const after = await this.repository.update(transaction, tenantId, deploymentId, changes);
      await audit(transaction, tenantId, 'deployment.updated', deploymentId, { before, after });
      return after;
    });
    return work.catch(orVersionNotFound(body.modelVersionId));
  }

  get(tenantId: string, projectId: string, deploymentId: string): Promise<Deployment> {
    return this.database.tenant(tenantId, (transaction) => this.require(transaction, projectId, deploymentId));
  }

  list(tenantId: string, projectId: string, query: ListDeploymentsQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      return toPage(await this.repository.list(transaction, projectId, query), query);
    });
  }

  /** The ids of all that the project has, of which a plan allows so many. */
  listIds(tenantId: string, projectId: string): Promise<string[]> {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      return this.repository.listIds(transaction, projectId);
    });
  }

  async delete(tenantId: string, projectId: string, deploymentId: string): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      const before = await this.require(transaction, projectId, deploymentId);
      await this.repository.delete(transaction, before.id);
      await audit(transaction, tenantId, 'deployment.deleted', before.id, { before });
    });
  }

  find(transaction: Transaction, deploymentId: string): Promise<Deployment | null> {
    return this.repository.find(transaction, deploymentId);
  }

  private async requireTask(transaction: Transaction, projectId: string, modelVersionId: string): Promise<string> {
    const task = await this.models.findTask(transaction, projectId, modelVersionId);
    if (!task) throw notFound('model version', modelVersionId);
    return task;
  }

  private async require(transaction: Transaction, projectId: string, deploymentId: string): Promise<Deployment> {
    const deployment = await this.repository.find(transaction, parseId('deployment', deploymentId));
    if (deployment?.projectId !== projectId) throw notFound('deployment', deploymentId);
    return deployment;
  }
}

/** A version that is deleted in the same moment: the database itself refuses it. */
function orVersionNotFound(modelVersionId = ''): (error: unknown) => never {
  return (error) => {
    throw isForeignKeyViolation(error) ? notFound('model version', modelVersionId) : error;
  };
}
