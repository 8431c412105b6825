import { Injectable } from '@nestjs/common';
import { LABEL_SEPARATOR } from '../../models/kinds/kind.js';
import { findFamily } from '../../models/manifests.js';
import type { Principal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import { DataSetsService } from '../data-sets/index.js';
import { ModelsService } from '../models/index.js';
import { DataSetLabels } from './data-set-labels.js';
import { notLearnable, severalLabels } from './labelling.errors.js';
import { LabellingRepository } from './labelling.repository.js';
import type { Batch, Decide, Labelling, TakeBatch, TextToLabel } from './labelling.schema.js';
import { Suggestions } from './suggestions.js';

/** Hands texts out to be labelled, and keeps what people say of them as rows of the data set. */
@Injectable()
export class LabellingService {
  constructor(
    private readonly database: Database,
    private readonly repository: LabellingRepository,
    private readonly labels: DataSetLabels,
    private readonly suggestions: Suggestions,
    private readonly dataSets: DataSetsService,
    private readonly models: ModelsService,
  ) {}

  async get(principal: Principal, projectId: string, dataSetId: string): Promise<Labelling> {
    const { tenantId } = principal;
    const { counts, isOpenToSeveral } = await this.labels.find(tenantId, projectId, dataSetId);
    return this.database.tenant(tenantId, async (transaction) => ({
      ...(await this.repository.count(transaction, dataSetId, idOf(principal))),
      severalLabels: isOpenToSeveral,
      labels: counts,
      modelVersionId: await this.models.findVersionFrom(transaction, dataSetId, 'classification'),
    }));
  }

  /** Texts for one person, or program, alone; those that they have already come first. */
  async take(principal: Principal, projectId: string, dataSetId: string, body: TakeBatch): Promise<Batch> {
    const { tenantId } = principal;
    const { id } = await this.database.tenant(tenantId, (transaction) =>
      this.labels.require(transaction, projectId, dataSetId),
    );
    const modelVersionId = await this.suggestions.refresh(tenantId, id);
    const { texts, leasedUntil } = await this.database.tenant(tenantId, (transaction) =>
      this.repository.take(transaction, id, { ...body, person: idOf(principal), modelVersionId }),
    );
    return { texts, leasedUntil: leasedUntil.toISOString(), modelVersionId };
  }

  /**
   * Keeps what a text is, and with it the row that the next training learns from; or that it is skipped; or takes either back. Said again, it
   * is as said last.
   *
   * @throws Problem 404 for a text that does not wait here; 422 for what a model could not learn; 402 where quotas leave no room
   */
  async decide(
    principal: Principal,
    projectId: string,
    dataSetId: string,
    textId: string,
    { status, labels: said }: Decide,
  ): Promise<TextToLabel> {
    const { tenantId } = principal;
    const labels = [...new Set(said)].sort();
    if (labels.length > 0) await this.requireLearnable(tenantId, projectId, dataSetId, labels);
    const person = idOf(principal);
    return this.database.tenant(tenantId, async (transaction) => {
      const dataSet = await this.labels.require(transaction, projectId, dataSetId);
      const id = parseId('text', textId);
      const found = await this.repository.lockText(transaction, dataSet.id, id);
      if (!found) throw notFound('text', textId);
      const row = { text: found.text, label: labels.join(LABEL_SEPARATOR) };
      const origin = `text/${id}`;
      if (status === 'labelled') await this.dataSets.addRow(transaction, tenantId, dataSet, origin, row);
      else await this.dataSets.removeRow(transaction, dataSet, origin);
      // Who said what stands with the text; that somebody labels, once a day in the log.
      if (!(await this.repository.hasDecidedToday(transaction, dataSet.id, person)))
        await audit(transaction, tenantId, 'data_set.texts_labelled', dataSet.id, { after: { projectId } });
      await this.repository.decide(transaction, { dataSetId: dataSet.id, id, person }, { status, labels });
      return { ...found, status, labels };
    });
  }

  private async requireLearnable(tenantId: string, projectId: string, dataSetId: string, labels: string[]) {
    if (labels.length > 1) {
      const { isOpenToSeveral } = await this.labels.find(tenantId, projectId, dataSetId);
      if (!isOpenToSeveral) throw severalLabels(labels);
    }
    const found = await this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.labels.require(transaction, projectId, dataSetId);
      const versionId = await this.models.findVersionFrom(transaction, id, 'classification');
      const model = versionId && (await this.models.findOfVersion(transaction, projectId, versionId));
      return model ? { model, versionId } : null;
    });
    if (!found) return;
    const { id, family, settings } = found.model;
    const report = () => this.models.getReport(tenantId, projectId, id, found.versionId);
    const row = { label: labels.join(LABEL_SEPARATOR) };
    const reason = await findFamily(family)?.refuseCorrection?.(row, { settings, report });
    if (reason) throw notLearnable(reason);
  }
}

/** Whose the texts are that are handed out. */
export function idOf(principal: Principal): string {
  if (principal.kind === 'user') return principal.userId;
  return principal.kind === 'apiKey' ? principal.apiKeyId : principal.scimTokenId;
}
