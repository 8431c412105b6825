import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { inUse, notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { LimitsService } from '../limits/index.js';
import { ProjectsRepository } from './projects.repository.js';
import type { CreateProject, ListProjectsQuery, Project, Rename, Retention } from './projects.schema.js';

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
      const project = await this.repository.create(transaction, tenantId, { id: newId(), name });
      await audit(transaction, tenantId, 'project.created', project.id, { after: project });
      return project;
    });
  }

  async list(tenantId: string, query: ListProjectsQuery) {
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
      const before = await this.require(transaction, projectId);
      const after = await this.repository.rename(transaction, tenantId, before.id, name);
      await audit(transaction, tenantId, 'project.renamed', before.id, { before, after });
      return after;
    });
  }

  retention(tenantId: string, projectId: string): Promise<Retention> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.require(transaction, projectId);
      return this.repository.findRetention(transaction, tenantId, id);
    });
  }

  /** What is older by the new setting is gone after the next sweep, which comes every hour. */
  setRetention(tenantId: string, projectId: string, retention: Retention): Promise<Retention> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.require(transaction, projectId);
      const before = await this.repository.findRetention(transaction, tenantId, id);
      const after = await this.repository.setRetention(transaction, tenantId, id, retention);
      await audit(transaction, tenantId, 'project.retention_changed', id, { before, after });
      return after;
    });
  }

  /** @throws Problem 409 while it has deployments, which programs may be calling */
  async delete(tenantId: string, projectId: string): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      const before = await this.require(transaction, projectId);
      const { id } = before;
      const names = await this.repository.findDeployments(transaction, id);
      if (names.length > 0) throw inUse('The project', { noun: 'deployment', names });
      await this.limits.deleteOf(transaction, [id, ...(await this.repository.findLineages(transaction, id))]);
      await this.repository.delete(transaction, tenantId, id);
      await audit(transaction, tenantId, 'project.deleted', id, { before });
    });
  }

  /** @throws Problem 404 where the project is not this tenant's */
  async require(transaction: Transaction, projectId: string): Promise<Project> {
    const project = await this.repository.find(transaction, parseId('project', projectId));
    if (!project) throw notFound('project', projectId);
    return project;
  }
}
