import { Injectable, Logger } from '@nestjs/common';
import { classifySchema, type ClassifyResult, TEXTS_MAX } from '../../models/tasks/classification/task.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Database } from '../../platform/database/database.js';
import { ModelsService, type StoredArtifact } from '../models/index.js';
import { ServingService } from '../serving/index.js';
import { type Judged, LabellingRepository } from './labelling.repository.js';

const TASK = 'classification';
/** As many as there are keys for. */
const SUGGESTED = 9;
/** Texts that are judged before a batch is handed out; the rest of the queue is judged before later ones. */
const JUDGED_AT_ONCE = 500;

/** What a model takes waiting texts for, which says what it is least sure of. */
@Injectable()
export class Suggestions {
  private readonly logger = new Logger(Suggestions.name);

  constructor(
    private readonly database: Database,
    private readonly repository: LabellingRepository,
    private readonly models: ModelsService,
    private readonly serving: ServingService,
  ) {}

  /**
   * Judges some more of the texts, by the version that answers or, where none does, the newest that learnt from the data set. It is work of
   * ours, which nobody is billed for, and so much a day: what is beyond it is handed out unjudged.
   *
   * @returns the version; null where there is none, or it cannot be loaded: then the order is by chance
   */
  async refresh(tenantId: string, dataSetId: string): Promise<string | null> {
    const { artifact, texts } = await this.database.tenant(tenantId, async (transaction) => {
      const versionId = await this.models.findVersionFrom(transaction, dataSetId, TASK);
      const found = versionId && (await this.models.findArtifact(transaction, versionId));
      if (!found) return { artifact: null, texts: [] };
      const left =
        BOUNDS.suggestionsOfDay.most - (await this.repository.countJudgedToday(transaction, tenantId, dataSetId));
      const most = Math.max(0, Math.min(JUDGED_AT_ONCE, left));
      const unjudged = await this.repository.listUnjudged(transaction, dataSetId, found.modelVersionId, most);
      await this.repository.addJudgedToday(transaction, dataSetId, unjudged.length);
      return { artifact: found, texts: unjudged };
    });
    if (!artifact) return null;
    try {
      for (let i = 0; i < texts.length; i += TEXTS_MAX)
        await this.judge(tenantId, artifact, texts.slice(i, i + TEXTS_MAX));
    } catch (error) {
      this.logger.warn(`texts are handed out unjudged: ${(error as Error).message}`);
      return null;
    }
    return artifact.modelVersionId;
  }

  private async judge(tenantId: string, artifact: StoredArtifact, texts: { id: string; text: string }[]) {
    const request = classifySchema.parse({ texts: texts.map(({ text }) => text), topK: SUGGESTED, minScore: 0 });
    const { results } = await this.serving.ask<ClassifyResult>(tenantId, artifact, 'classifications', request);
    const judged = results.map(({ classes }, place): Judged => {
      const [first, second] = classes;
      return { id: texts[place]!.id, margin: (first?.score ?? 0) - (second?.score ?? 0), suggestions: classes };
    });
    await this.database.tenant(tenantId, (transaction) =>
      this.repository.judge(transaction, artifact.modelVersionId, judged),
    );
  }
}
