import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import { DataSetsService } from '../data-sets/index.js';
import { DeploymentsService } from '../deployments/index.js';
import { ModelsService } from '../models/index.js';
import { KeptRequests } from '../serving/index.js';

/** A correction of an answer: the row that the model's next training shall learn from. */
export interface Correction {
  deploymentId: string;
  /** The call whose answer was wrong. */
  callId: string;
  /** Which of its answers. */
  index: number;
  /** The role of the data set that learns of it. */
  role: string;
}

/** Keeps what a customer says of an answer as a row of the data set that its model learns from. */
@Injectable()
export class FeedbackService {
  constructor(
    private readonly database: Database,
    private readonly deployments: DeploymentsService,
    private readonly models: ModelsService,
    private readonly dataSets: DataSetsService,
    private readonly kept: KeptRequests,
  ) {}

  /**
   * Keeps the row, but for a test key, whose calls leave nothing that is billed or learnt from.
   *
   * @param toRow the row, from what the call asked
   * @returns the data set that learns of it
   * @throws Problem 404 where the deployment or the call is not known, or not any more
   */
  async correct(
    principal: Principal,
    { deploymentId, callId, index, role }: Correction,
    toRow: (request: Record<string, unknown>) => Record<string, string>,
  ): Promise<string> {
    const { tenantId } = principal;
    const id = parseId('deployment', deploymentId);
    // Its calls are not kept, so that there is nothing to correct.
    const isTest = principal.kind === 'apiKey' && principal.mode === 'test';
    const row = isTest ? null : toRow(await this.kept.require(tenantId, id, callId));
    return this.database.tenant(tenantId, async (transaction) => {
      const dataSet = await this.requireDataSet(transaction, principal, id, role);
      if (!row) return dataSet.id;
      await this.dataSets.addRow(transaction, tenantId, dataSet, `${callId}/${index}`, row);
      await audit(transaction, tenantId, 'data_set.row_added', dataSet.id, {
        after: { deploymentId: id, callId, index },
      });
      return dataSet.id;
    });
  }

  private async requireDataSet(transaction: Transaction, principal: Principal, deploymentId: string, role: string) {
    const deployment = await this.deployments.find(transaction, deploymentId);
    const isOpen = deployment && (principal.kind !== 'apiKey' || principal.projectId === deployment.projectId);
    if (!isOpen) throw notFound('deployment', deploymentId);
    const { projectId, modelVersionId } = deployment;
    const model = await this.models.requireOfVersion(transaction, projectId, modelVersionId);
    return this.dataSets.require(transaction, projectId, model.sources[role]!);
  }
}
