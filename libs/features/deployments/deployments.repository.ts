import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { CreateDeployment, Deployment, UpdateDeployment } from './deployments.schema.js';

const withModel = { modelVersion: { select: { modelId: true, family: true } } } as const;

@Injectable()
export class DeploymentsRepository {
  async create(
    transaction: Transaction,
    row: CreateDeployment & { tenantId: string; id: string; projectId: string; task: string },
  ): Promise<Deployment> {
    return toDeployment(await transaction.deployment.create({ data: row, include: withModel }));
  }

  async update(transaction: Transaction, tenantId: string, id: string, data: UpdateDeployment): Promise<Deployment> {
    const where = { tenantId_id: { tenantId, id } };
    return toDeployment(await transaction.deployment.update({ where, data, include: withModel }));
  }

  async delete(transaction: Transaction, id: string): Promise<void> {
    await transaction.deployment.deleteMany({ where: { id } });
  }

  async find(transaction: Transaction, id: string): Promise<Deployment | null> {
    const row = await transaction.deployment.findFirst({ where: { id }, include: withModel });
    return row && toDeployment(row);
  }

  async list(transaction: Transaction, projectId: string, query: PageQuery): Promise<Deployment[]> {
    const page = pageArguments(query);
    return (
      await transaction.deployment.findMany({ ...page, where: { ...page.where, projectId }, include: withModel })
    ).map(toDeployment);
  }
}

function toDeployment(row: Prisma.DeploymentGetPayload<{ include: typeof withModel }>): Deployment {
  const { id, projectId, name, task, modelVersionId, modelVersion, createdAt, updatedAt } = row;
  const times = { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
  return {
    id,
    projectId,
    name,
    task,
    modelVersionId,
    modelId: modelVersion.modelId,
    family: modelVersion.family,
    ...times,
  };
}
