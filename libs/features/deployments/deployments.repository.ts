import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { inOrder, listIds, searched } from '../../platform/database/lists.js';
import type {
  CreateDeployment,
  Deployment,
  ListDeploymentsQuery,
  ListedDeployment,
  UpdateDeployment,
} from './deployments.schema.js';

type LiveVersion = Pick<ListedDeployment, 'id' | 'modelName' | 'versionName' | 'versionNumber'>;

/** Each deployment with the version that answers, and its model. */
const LISTED = Prisma.sql`deployments listed
  JOIN model_versions version ON version.tenant_id = listed.tenant_id AND version.id = listed.model_version_id
  JOIN models model ON model.tenant_id = version.tenant_id AND model.id = version.model_id`;

const RANKS = {
  createdAt: undefined,
  name: Prisma.sql`lower(listed.name)`,
  updatedAt: Prisma.sql`listed.updated_at`,
} satisfies Record<ListDeploymentsQuery['sort'], Prisma.Sql | undefined>;

const withModel = { modelVersion: { select: { modelId: true, family: true } } } as const;

@Injectable()
export class DeploymentsRepository {
  async create(
    transaction: Transaction,
    row: CreateDeployment & { tenantId: string; id: string; projectId: string; task: string },
  ): Promise<Deployment> {
    return toDeployment(await transaction.deployment.create({ data: row, include: withModel }));
  }

  async update(
    transaction: Transaction,
    tenantId: string,
    id: string,
    data: UpdateDeployment & { previousModelVersionId?: string },
  ): Promise<Deployment> {
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

  async list(transaction: Transaction, projectId: string, query: ListDeploymentsQuery): Promise<ListedDeployment[]> {
    const list = {
      from: LISTED,
      where: [
        Prisma.sql`listed.project_id = ${projectId}::uuid`,
        ...searched(query.search, Prisma.sql`listed.name`, Prisma.sql`model.name`),
      ],
      rank: RANKS[query.sort],
    };
    const ids = await listIds(transaction, list, query);
    const live = await transaction.$queryRaw<LiveVersion[]>`
      SELECT listed.id::text AS id, model.name AS "modelName", version.name AS "versionName",
        (SELECT count(*)::int FROM model_versions earlier WHERE earlier.tenant_id = version.tenant_id
           AND earlier.model_id = version.model_id AND earlier.id <= version.id) AS "versionNumber"
      FROM ${LISTED} WHERE listed.id = ANY(${ids}::uuid[])`;
    const rows = await transaction.deployment.findMany({ where: { id: { in: ids } }, include: withModel });
    const byId = new Map(live.map((version) => [version.id, version]));
    return inOrder(ids, rows).map((row) => ({ ...byId.get(row.id)!, ...toDeployment(row) }));
  }

  async listIds(transaction: Transaction, projectId: string): Promise<string[]> {
    return (await transaction.deployment.findMany({ where: { projectId }, select: { id: true } })).map(({ id }) => id);
  }
}

function toDeployment(row: Prisma.DeploymentGetPayload<{ include: typeof withModel }>): Deployment {
  const { id, projectId, name, task, modelVersionId, previousModelVersionId, modelVersion, createdAt, updatedAt } = row;
  const times = { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
  return {
    id,
    projectId,
    name,
    task,
    modelVersionId,
    previousModelVersionId,
    modelId: modelVersion.modelId,
    family: modelVersion.family,
    ...times,
  };
}
