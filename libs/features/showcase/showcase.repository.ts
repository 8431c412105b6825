import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';

export interface ShownDeployment {
  tenantId: string;
  deploymentId: string;
  projectId: string;
  /** Data sets by role. */
  sources: Record<string, string>;
}

@Injectable()
export class ShowcaseRepository {
  constructor(private readonly database: Database) {}

  /** The newest one; null where there is none. */
  async find(): Promise<ShownDeployment | null> {
    const shown = await this.database.system((transaction) =>
      transaction.showcase.findFirst({ orderBy: { createdAt: 'desc' } }),
    );
    return shown && this.database.tenant(shown.tenantId, (transaction) => withSources(transaction, shown));
  }
}

async function withSources(
  transaction: Transaction,
  { tenantId, deploymentId }: { tenantId: string; deploymentId: string },
): Promise<ShownDeployment | null> {
  const deployment = await transaction.deployment.findUnique({
    where: { tenantId_id: { tenantId, id: deploymentId } },
    select: { projectId: true, modelVersion: { select: { modelId: true } } },
  });
  if (!deployment) return null;
  const { modelId } = deployment.modelVersion;
  const sources = await transaction.modelSource.findMany({ where: { tenantId, modelId } });
  return {
    tenantId,
    deploymentId,
    projectId: deployment.projectId,
    sources: Object.fromEntries(sources.map(({ role, dataSetId }) => [role, dataSetId])),
  };
}
