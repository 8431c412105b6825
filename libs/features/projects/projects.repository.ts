import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { inOrder, listIds, searched } from '../../platform/database/lists.js';
import type { ListedProject, ListProjectsQuery, Project, Retention } from './projects.schema.js';

const RETENTION_COLUMNS = { requestLogDays: true, keptRequestsDays: true, trainingLogDays: true };

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

  findRetention(transaction: Transaction, tenantId: string, id: string): Promise<Retention> {
    return transaction.project.findUniqueOrThrow({
      where: { tenantId_id: { tenantId, id } },
      select: RETENTION_COLUMNS,
    });
  }

  async setRetention(transaction: Transaction, tenantId: string, id: string, data: Retention): Promise<Retention> {
    const where = { tenantId_id: { tenantId, id } };
    return transaction.project.update({ where, data, select: RETENTION_COLUMNS });
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

  async list(transaction: Transaction, query: ListProjectsQuery): Promise<ListedProject[]> {
    const list = {
      from: Prisma.sql`projects listed`,
      where: searched(query.search, Prisma.sql`listed.name`),
      rank: query.sort === 'name' ? Prisma.sql`lower(listed.name)` : undefined,
    };
    const ids = await listIds(transaction, list, query);
    const counted = { _count: { select: { dataSets: true, models: true, deployments: true } } };
    const rows = await transaction.project.findMany({ where: { id: { in: ids } }, include: counted });
    return inOrder(ids, rows).map(({ _count, ...row }) => ({ ...toProject(row), ..._count }));
  }
}

function toProject({ id, name, createdAt }: { id: string; name: string; createdAt: Date }): Project {
  return { id, name, createdAt: createdAt.toISOString() };
}
