import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { inUse, notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { LimitsService } from '../limits/index.js';
import { ProjectsRepository } from './projects.repository.js';
import type { CreateProject, Project, Rename } from './projects.schema.js';

@Injectable()
export class ProjectsService {
  constructor(
    private readonly database: Database,
    private readonly repository: ProjectsRepository,
    private readonly limits: LimitsService,
  ) {}

  create(tenantId: string, { name }: CreateProject): Promise<Project> {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.limits.requireThing(transaction, tenantId, 'projects');
      return this.repository.create(transaction, tenantId, { id: newId(), name });
    });
  }

  async list(tenantId: string, query: PageQuery) {
    return toPage(
      await this.database.tenant(tenantId, (transaction) => this.repository.list(transaction, query)),
      query,
    );
  }

  get(tenantId: string, projectId: string): Promise<Project> {
    return this.database.tenant(tenantId, (transaction) => this.require(transaction, projectId));
  }

  rename(tenantId: string, projectId: string, { name }: Rename): Promise<Project> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.require(transaction, projectId);
      return this.repository.rename(transaction, tenantId, id, name);
    });
  }

  /** @throws Problem 409 while it has deployments, which programs may be calling */
  async delete(tenantId: string, projectId: string): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.require(transaction, projectId);
      const names = await this.repository.findDeployments(transaction, id);
      if (names.length > 0) throw inUse('The project', { noun: 'deployment', names });
      await this.limits.deleteOf(transaction, [id, ...(await this.repository.findLineages(transaction, id))]);
      await this.repository.delete(transaction, tenantId, id);
    });
  }

  /** @throws Problem 404 where the project is not this tenant's */
  async require(transaction: Transaction, projectId: string): Promise<Project> {
    const project = await this.repository.find(transaction, parseId('project', projectId));
    if (!project) throw notFound('project', projectId);
    return project;
  }
}
