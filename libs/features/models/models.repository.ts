import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { Metrics, Model, ModelVersion } from './models.schema.js';

/** Where a version's artifact lies and the digest that it must have. */
export interface StoredArtifact {
  modelVersionId: string;
  recipe: string;
  artifactKey: string;
  artifactSha256: string;
}

export interface NewModelVersion extends Omit<StoredArtifact, 'modelVersionId' | 'recipe'> {
  id: string;
  tenantId: string;
  projectId: string;
  modelId: string;
  trainingJobId: string;
  artifactBytes: number;
  metrics: Metrics;
}

const withWarnings = { trainingJob: { select: { warnings: true } } } as const;

@Injectable()
export class ModelsRepository {
  async create(transaction: Transaction, model: Omit<Model, 'createdAt'> & { tenantId: string }): Promise<Model> {
    const data = { ...model, settings: model.settings as Prisma.InputJsonObject };
    return toModel(await transaction.model.create({ data }));
  }

  async find(transaction: Transaction, projectId: string, id: string): Promise<Model | null> {
    const row = await transaction.model.findFirst({ where: { id, projectId } });
    return row && toModel(row);
  }

  async list(transaction: Transaction, projectId: string, query: PageQuery): Promise<Model[]> {
    const page = pageArguments(query);
    return (await transaction.model.findMany({ ...page, where: { ...page.where, projectId } })).map(toModel);
  }

  async listVersions(transaction: Transaction, modelId: string, query: PageQuery): Promise<ModelVersion[]> {
    const page = pageArguments(query);
    const rows = await transaction.modelVersion.findMany({
      ...page,
      where: { ...page.where, modelId },
      include: withWarnings,
    });
    return rows.map(toModelVersion);
  }

  async rename(transaction: Transaction, id: string, name: string): Promise<void> {
    await transaction.model.updateMany({ where: { id }, data: { name } });
  }

  async delete(transaction: Transaction, id: string): Promise<void> {
    await transaction.model.deleteMany({ where: { id } });
  }

  /** The names of the deployments of such versions. */
  async findDeployments(transaction: Transaction, modelVersion: { id?: string; modelId?: string }): Promise<string[]> {
    const rows = await transaction.deployment.findMany({ where: { modelVersion }, select: { name: true } });
    return rows.map(({ name }) => name);
  }

  /** The ids of the model's jobs that wait or run. */
  async findActiveJobs(transaction: Transaction, modelId: string): Promise<string[]> {
    const where = { modelId, status: { in: ['queued' as const, 'running' as const] } };
    return (await transaction.trainingJob.findMany({ where, select: { id: true } })).map(({ id }) => id);
  }

  async findVersion(transaction: Transaction, modelId: string, id: string): Promise<ModelVersion | null> {
    const row = await transaction.modelVersion.findFirst({ where: { id, modelId }, include: withWarnings });
    return row && toModelVersion(row);
  }

  async renameVersion(transaction: Transaction, id: string, name: string): Promise<void> {
    await transaction.modelVersion.updateMany({ where: { id }, data: { name } });
  }

  async deleteVersion(transaction: Transaction, id: string): Promise<void> {
    await transaction.modelVersion.deleteMany({ where: { id } });
  }

  async createVersion(transaction: Transaction, version: NewModelVersion): Promise<void> {
    await transaction.modelVersion.create({
      data: { ...version, metrics: version.metrics as unknown as Prisma.InputJsonObject },
    });
  }

  async findArtifact(transaction: Transaction, modelVersionId: string): Promise<StoredArtifact | null> {
    const row = await transaction.modelVersion.findFirst({
      where: { id: modelVersionId },
      include: { model: { select: { recipe: true } } },
    });
    if (!row) return null;
    return {
      modelVersionId,
      recipe: row.model.recipe,
      artifactKey: row.artifactKey,
      artifactSha256: row.artifactSha256,
    };
  }
}

function toModel(row: Prisma.ModelGetPayload<object>): Model {
  const { id, projectId, name, recipe, interactionsDataSetId, itemsDataSetId, usersDataSetId } = row;
  const settings = row.settings as Record<string, unknown>;
  return {
    id,
    projectId,
    name,
    recipe,
    settings,
    interactionsDataSetId,
    itemsDataSetId,
    usersDataSetId,
    createdAt: row.createdAt.toISOString(),
  };
}

function toModelVersion(row: Prisma.ModelVersionGetPayload<{ include: typeof withWarnings }>): ModelVersion {
  const { id, modelId, trainingJobId, name } = row;
  const metrics = row.metrics as unknown as Metrics;
  return {
    id,
    modelId,
    trainingJobId,
    name,
    metrics,
    warnings: row.trainingJob.warnings,
    artifactBytes: Number(row.artifactBytes),
    createdAt: row.createdAt.toISOString(),
  };
}
