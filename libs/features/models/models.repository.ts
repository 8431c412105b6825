import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import { type Model, type ModelVersion, type Result, resultSchema } from './models.schema.js';

/** Where a version's artifact lies and the digest that it must have. */
export interface StoredArtifact {
  modelVersionId: string;
  family: string;
  artifactKey: string;
  artifactSha256: string;
}

/** A version's artifact, and the family that can read it. */
export interface StoredVersion {
  id: string;
  family: string;
  artifactKey: string;
}

export interface NewModelVersion extends Omit<StoredArtifact, 'modelVersionId'> {
  id: string;
  task: string;
  recipe: string;
  /** Place among the versions that the job made, from 0. */
  ordinal: number;
  tenantId: string;
  projectId: string;
  modelId: string;
  trainingJobId: string;
  artifactBytes: number;
  result: Result;
  reportKey: string | null;
  reportBytes: number;
}

const withSources = { sources: { orderBy: { role: 'asc' } } } as const;
const withWarnings = { trainingJob: { select: { warnings: true } } } as const;

@Injectable()
export class ModelsRepository {
  async create(transaction: Transaction, model: Omit<Model, 'createdAt'> & { tenantId: string }): Promise<Model> {
    const { sources, ...row } = model;
    await transaction.model.create({ data: { ...row, settings: row.settings as Prisma.InputJsonObject } });
    const { tenantId, projectId, id: modelId } = row;
    const data = Object.entries(sources).map(([role, dataSetId]) => ({
      tenantId,
      projectId,
      modelId,
      role,
      dataSetId,
    }));
    await transaction.modelSource.createMany({ data });
    return (await this.find(transaction, projectId, modelId))!;
  }

  async find(transaction: Transaction, projectId: string, id: string): Promise<Model | null> {
    const row = await transaction.model.findFirst({ where: { id, projectId }, include: withSources });
    return row && toModel(row);
  }

  async list(transaction: Transaction, projectId: string, query: PageQuery): Promise<Model[]> {
    const page = pageArguments(query);
    const where = { ...page.where, projectId };
    return (await transaction.model.findMany({ ...page, where, include: withSources })).map(toModel);
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
    await transaction.modelVersion.create({ data: version });
  }

  async findArtifact(transaction: Transaction, modelVersionId: string): Promise<StoredArtifact | null> {
    const row = await transaction.modelVersion.findFirst({ where: { id: modelVersionId } });
    if (!row) return null;
    const { family, artifactKey, artifactSha256 } = row;
    return { modelVersionId, family, artifactKey, artifactSha256 };
  }

  async findModelOf(transaction: Transaction, modelVersionId: string): Promise<string | null> {
    const row = await transaction.modelVersion.findFirst({ where: { id: modelVersionId }, select: { modelId: true } });
    return row?.modelId ?? null;
  }

  /** Where the report lies; null where there is none. */
  async findReportKey(transaction: Transaction, id: string): Promise<string | null> {
    return (
      (await transaction.modelVersion.findFirst({ where: { id }, select: { reportKey: true } }))?.reportKey ?? null
    );
  }

  /** What a deployment of the version answers; null where the project has no such version. */
  async findTask(transaction: Transaction, projectId: string, modelVersionId: string): Promise<string | null> {
    const where = { id: modelVersionId, projectId };
    return (await transaction.modelVersion.findFirst({ where, select: { task: true } }))?.task ?? null;
  }

  /** Of all of the project's models. */
  listStoredVersions(transaction: Transaction, projectId: string): Promise<StoredVersion[]> {
    return transaction.modelVersion.findMany({
      where: { projectId },
      select: { id: true, artifactKey: true, family: true },
    });
  }

  /** False where something else has taken its place meanwhile. */
  async replaceArtifact(
    transaction: Transaction,
    { id, artifactKey }: StoredVersion,
    artifact: { artifactKey: string; artifactSha256: string; artifactBytes: number },
  ): Promise<boolean> {
    const { count } = await transaction.modelVersion.updateMany({ where: { id, artifactKey }, data: artifact });
    return count === 1;
  }
}

function toModel(row: Prisma.ModelGetPayload<{ include: typeof withSources }>): Model {
  const { id, projectId, name, family, task, recipe } = row;
  return {
    id,
    projectId,
    name,
    family,
    task,
    recipe,
    settings: row.settings as Record<string, unknown>,
    sources: Object.fromEntries(row.sources.map(({ role, dataSetId }) => [role, dataSetId])),
    createdAt: row.createdAt.toISOString(),
  };
}

function toModelVersion(row: Prisma.ModelVersionGetPayload<{ include: typeof withWarnings }>): ModelVersion {
  const { id, modelId, trainingJobId, family, task, recipe, name } = row;
  return {
    id,
    modelId,
    trainingJobId,
    family,
    task,
    recipe,
    name,
    result: resultSchema.parse(row.result),
    hasReport: row.reportKey !== null,
    warnings: row.trainingJob.warnings,
    artifactBytes: Number(row.artifactBytes),
    createdAt: row.createdAt.toISOString(),
  };
}
