import { Injectable } from '@nestjs/common';
import { findFamily } from '../../models/manifests.js';
import type { Principal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import { DataSetsService } from '../data-sets/index.js';
import { DeploymentsService } from '../deployments/index.js';
import { type Model, ModelsService } from '../models/index.js';
import { KeptRequests } from '../serving/index.js';
import { notLearnable, versionGone } from './feedback.errors.js';

/** A correction of an answer: the row that the next training of its model shall learn from. */
export interface Correction {
  deploymentId: string;
  /** The call whose answer was wrong. */
  callId: string;
  /** Which of its answers. */
  index: number;
  /** The role of the data set that learns of it. */
  role: string;
  /** What is right: the row but for what the call asked. */
  said: Record<string, string>;
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
   * @param toAsked the rest of the row, from what the call asked
   * @returns the data set that learns of it
   * @throws Problem 404 where the deployment or the call is not known, or not any more; 422 where the model could not learn from the row
   */
  async correct(
    principal: Principal,
    { deploymentId, callId, index, role, said }: Correction,
    toAsked: (request: Record<string, unknown>) => Record<string, string>,
  ): Promise<string> {
    const { tenantId } = principal;
    const id = parseId('deployment', deploymentId);
    // Its calls are not kept, so that there is nothing to correct.
    const isTest = principal.kind === 'apiKey' && principal.mode === 'test';
    const call = isTest ? null : await this.kept.require(tenantId, id, callId);
    const row = call && { ...toAsked(call.request), ...said };
    const answerer = await this.database.tenant(tenantId, (transaction) =>
      this.requireAnswerer(transaction, principal, id, call?.modelVersionId),
    );
    await this.requireLearnable(tenantId, answerer, said);
    return this.database.tenant(tenantId, async (transaction) => {
      const { projectId, sources } = answerer.model;
      const dataSet = await this.dataSets.require(transaction, projectId, sources[role]!);
      if (!row) return dataSet.id;
      await this.dataSets.addRow(transaction, tenantId, dataSet, `${callId}/${index}`, row);
      await audit(transaction, tenantId, 'data_set.row_added', dataSet.id, {
        after: { deploymentId: id, callId, index },
      });
      return dataSet.id;
    });
  }

  /** What gave the answer; of a call that does not say, what is live. */
  private async requireAnswerer(
    transaction: Transaction,
    principal: Principal,
    deploymentId: string,
    answeredBy: string | null | undefined,
  ): Promise<Answerer> {
    const deployment = await this.deployments.find(transaction, deploymentId);
    const isOpen = deployment && (principal.kind !== 'apiKey' || principal.projectId === deployment.projectId);
    if (!isOpen) throw notFound('deployment', deploymentId);
    const modelVersionId = answeredBy ?? deployment.modelVersionId;
    const model = await this.models.findOfVersion(transaction, deployment.projectId, modelVersionId);
    if (!model) throw versionGone(modelVersionId);
    return { model, modelVersionId };
  }

  private async requireLearnable(tenantId: string, { model, modelVersionId }: Answerer, said: Correction['said']) {
    const { id, projectId, family, settings } = model;
    const report = () => this.models.getReport(tenantId, projectId, id, modelVersionId);
    const reason = await findFamily(family)?.refuseCorrection?.(said, { settings, report });
    if (reason) throw notLearnable(reason);
  }
}

interface Answerer {
  model: Model;
  modelVersionId: string;
}
