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

  async list(transaction: Transaction, query: PageQuery): Promise<Project[]> {
    return (await transaction.project.findMany(pageArguments(query))).map(toProject);
  }
}

function toProject({ id, name, createdAt }: { id: string; name: string; createdAt: Date }): Project {
  return { id, name, createdAt: createdAt.toISOString() };
}
