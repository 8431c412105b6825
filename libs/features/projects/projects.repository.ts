import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { Project } from './projects.schema.js';

@Injectable()
export class ProjectsRepository {
  async create(transaction: Transaction, tenantId: string, project: { id: string; name: string }): Promise<Project> {
    return toProject(await transaction.project.create({ data: { tenantId, ...project } }));
  }

  async find(transaction: Transaction, id: string): Promise<Project | null> {
    const row = await transaction.project.findFirst({ where: { id } });
    return row && toProject(row);
  }

  async rename(transaction: Transaction, tenantId: string, id: string, name: string): Promise<Project> {
    const where = { tenantId_id: { tenantId, id } };
    return toProject(await transaction.project.update({ where, data: { name } }));
  }

  /** The names of its deployments. */
  async findDeployments(transaction: Transaction, id: string): Promise<string[]> {
    const rows = await transaction.deployment.findMany({ where: { projectId: id }, select: { name: true } });
    return rows.map(({ name }) => name);
  }

  /** The lineages of its keys. */
  async findLineages(transaction: Transaction, id: string): Promise<string[]> {
    const keys = await transaction.apiKey.findMany({ where: { projectId: id }, select: { lineageId: true } });
    return keys.map(({ lineageId }) => lineageId!);
  }

  /** With all that is in it. */
  async delete(transaction: Transaction, tenantId: string, id: string): Promise<void> {
    await transaction.project.delete({ where: { tenantId_id: { tenantId, id } } });
  }

  async list(transaction: Transaction, query: PageQuery): Promise<Project[]> {
    return (await transaction.project.findMany(pageArguments(query))).map(toProject);
  }
}

function toProject({ id, name, createdAt }: { id: string; name: string; createdAt: Date }): Project {
  return { id, name, createdAt: createdAt.toISOString() };
}
