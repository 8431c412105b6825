import { Injectable } from '@nestjs/common';
import { type TaskKey, tasks } from '../../models/tasks/tasks.js';
import { verdictOf } from '../../models/tasks/verdict.js';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { inOrder, listIds, searched } from '../../platform/database/lists.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import {
  type ListedModel,
  type ListModelsQuery,
  type Model,
  type ModelVersion,
  type Result,
  resultSchema,
} from './models.schema.js';

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

interface ModelState {
  id: string;
  status: ListedModel['status'];
  versionId: string | null;
  trainedAt: Date | null;
  provenance: ModelVersion['provenance'] | null;
  result: unknown;
}

/** Each model with its newest version and its latest job. */
const LISTED = Prisma.sql`models listed
  LEFT JOIN LATERAL (
    SELECT id, created_at, result, provenance FROM model_versions
    WHERE tenant_id = listed.tenant_id AND model_id = listed.id ORDER BY id DESC LIMIT 1) newest ON true
  LEFT JOIN LATERAL (
    SELECT status FROM training_jobs
    WHERE tenant_id = listed.tenant_id AND model_id = listed.id ORDER BY created_at DESC LIMIT 1) job ON true`;

const STATUS = Prisma.sql`CASE
  WHEN job.status IN ('queued', 'running') THEN 'training' WHEN job.status = 'failed' THEN 'failed'
  WHEN newest.id IS NOT NULL THEN 'trained' ELSE 'untrained' END`;

const RANKS = {
  createdAt: undefined,
  name: Prisma.sql`lower(listed.name)`,
  trainedAt: Prisma.sql`coalesce(newest.created_at, '-infinity')`,
} satisfies Record<ListModelsQuery['sort'], Prisma.Sql | undefined>;

const withSources = { sources: { orderBy: { role: 'asc' } } } as const;
const withJob = {
  trainingJob: { select: { warnings: true, sources: { orderBy: [{ role: 'asc' }, { segment: 'asc' }] } } },
} as const satisfies Prisma.ModelVersionInclude;

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

  async list(transaction: Transaction, projectId: string, query: ListModelsQuery): Promise<ListedModel[]> {
    const list = {
      from: LISTED,
      where: [
        Prisma.sql`listed.project_id = ${projectId}::uuid`,
        ...searched(query.search, Prisma.sql`listed.name`),
        ...(query.status ? [Prisma.sql`${STATUS} = ${query.status}`] : []),
      ],
      rank: RANKS[query.sort],
    };
    const ids = await listIds(transaction, list, query);
    const states = await transaction.$queryRaw<ModelState[]>`
      SELECT listed.id::text AS id, ${STATUS} AS status, newest.id::text AS "versionId", newest.created_at AS "trainedAt", newest.result, newest.provenance::text AS provenance
      FROM ${LISTED} WHERE listed.id = ANY(${ids}::uuid[])`;
    const rows = await transaction.model.findMany({ where: { id: { in: ids } }, include: withSources });
    const byId = new Map(states.map((state) => [state.id, state]));
    return inOrder(ids, rows).map((row) => toListedModel(toModel(row), byId.get(row.id)!));
  }

  async listVersions(transaction: Transaction, modelId: string, query: PageQuery): Promise<ModelVersion[]> {
    const page = pageArguments(query);
    const rows = await transaction.modelVersion.findMany({
      ...page,
      where: { ...page.where, modelId },
      include: withJob,
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
    const row = await transaction.modelVersion.findFirst({ where: { id, modelId }, include: withJob });
    return row && toModelVersion(row);
  }

  async renameVersion(transaction: Transaction, id: string, name: string): Promise<void> {
    await transaction.modelVersion.updateMany({ where: { id }, data: { name } });
  }

  async deleteVersion(transaction: Transaction, id: string): Promise<void> {
    await transaction.modelVersion.deleteMany({ where: { id } });
  }

  async createVersion(transaction: Transaction, version: NewModelVersion): Promise<void> {
    // Written down, as the imports may go before the version does.
    const [{ provenance }] = await transaction.$queryRaw<[{ provenance: ModelVersion['provenance'] }]>`
      SELECT coalesce(max(imports.provenance), 'uploaded')::text AS provenance
      FROM training_job_sources source JOIN imports ON imports.tenant_id = source.tenant_id AND imports.id = import_id
      WHERE training_job_id = ${version.trainingJobId}::uuid AND source.tenant_id = ${version.tenantId}::uuid`;
    await transaction.modelVersion.create({ data: { ...version, provenance } });
  }

  async findArtifact(transaction: Transaction, modelVersionId: string): Promise<StoredArtifact | null> {
    const row = await transaction.modelVersion.findFirst({ where: { id: modelVersionId } });
    if (!row) return null;
    const { family, artifactKey, artifactSha256 } = row;
    return { modelVersionId, family, artifactKey, artifactSha256 };
  }

  /** The version that answers or, where none does, the newest, of the models of the task that learn from a data set. */
  async findVersionFrom(transaction: Transaction, dataSetId: string, task: string): Promise<string | null> {
    const [found] = await transaction.$queryRaw<{ id: string }[]>`
      SELECT version.id::text AS id FROM model_sources source
      JOIN model_versions version ON version.tenant_id = source.tenant_id AND version.model_id = source.model_id
      WHERE source.data_set_id = ${dataSetId}::uuid AND version.task = ${task}
      ORDER BY EXISTS (SELECT FROM deployments WHERE tenant_id = version.tenant_id AND model_version_id = version.id) DESC, version.id DESC
      LIMIT 1`;
    return found?.id ?? null;
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

function toListedModel(model: Model, { status, versionId, trainedAt, provenance, result }: ModelState): ListedModel {
  const verdict = versionId === null ? null : judge(model.task, resultSchema.parse(result));
  return {
    ...model,
    status,
    latestVersion:
      versionId === null
        ? null
        : { id: versionId, verdict, provenance: provenance!, createdAt: trainedAt!.toISOString() },
  };
}

/** Null of a task that this release does not know, too. */
function judge(task: string, result: Result): ModelVersion['verdict'] {
  const known = Object.hasOwn(tasks, task) ? tasks[task as TaskKey] : undefined;
  return known ? verdictOf(known, result) : null;
}

function toModelVersion(row: Prisma.ModelVersionGetPayload<{ include: typeof withJob }>): ModelVersion {
  const { id, modelId, trainingJobId, family, task, recipe, name, provenance } = row;
  const result = resultSchema.parse(row.result);
  return {
    id,
    modelId,
    trainingJobId,
    family,
    task,
    recipe,
    name,
    provenance,
    result,
    verdict: judge(task, result),
    hasReport: row.reportKey !== null,
    warnings: row.trainingJob.warnings,
    artifactBytes: Number(row.artifactBytes),
    artifactSha256: row.artifactSha256,
    snapshots: row.trainingJob.sources.map(({ role, dataSetId, importId, contentSha256: sha256 }) => {
      return { role, dataSetId, importId, sha256 };
    }),
    createdAt: row.createdAt.toISOString(),
  };
}
