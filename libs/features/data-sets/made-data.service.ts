import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { findKind, type KindKey } from '../../models/kinds/kinds.js';
import { makeSynthetic } from '../../models/synthetic/make-synthetic.js';
import { audit } from '../../platform/audit/audit.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { LimitsService } from '../limits/index.js';
import { ProjectsService } from '../projects/index.js';
import { unknownKind } from './data-sets.errors.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { type AddSample, type DataSet, type ImportSynthetic, sampleKeySchema } from './data-sets.schema.js';
import { DataSetsService } from './data-sets.service.js';
import { openSample, SAMPLES } from './samples.js';

const NOTHING_SAID = { bytes: 1, digest: null };

/** Rows that no customer brought: those that we hand out, and those that are made up. They are imported as any other, and marked. */
@Injectable()
export class MadeDataService {
  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
    private readonly dataSets: DataSetsService,
    private readonly projects: ProjectsService,
    private readonly limits: LimitsService,
  ) {}

  /**
   * Sees to it that the project has the sample, once, however often and by however many it is asked for.
   *
   * @returns its data set, whose import may still run
   * @throws Problem 404 for a sample that there is not, 402 where the plan has no room
   */
  async addSample(tenantId: string, projectId: string, key: string, { name }: AddSample): Promise<DataSet> {
    const known = sampleKeySchema.safeParse(key);
    if (!known.success) throw notFound('sample', key);
    const sample = SAMPLES[known.data];
    const { dataSet, isNew } = await this.findOrCreate(tenantId, projectId, known.data, name);
    if (!isNew && (dataSet.currentImport || isWaiting(dataSet))) return dataSet;
    await this.dataSets.upload(tenantId, projectId, dataSet.id, openSample(sample), {}, NOTHING_SAID, 'sample');
    return this.dataSets.get(tenantId, projectId, dataSet.id);
  }

  /** Makes rows of the data set's kind up, and queues their import as its new content; answers the import's id. */
  async importSynthetic(
    tenantId: string,
    projectId: string,
    dataSetId: string,
    body: ImportSynthetic,
  ): Promise<string> {
    const { id, kind } = await this.dataSets.get(tenantId, projectId, dataSetId);
    if (!findKind(kind)) throw unknownKind(kind);
    const content = Readable.from(makeSynthetic(kind as KindKey, body), { objectMode: true });
    return this.dataSets.upload(tenantId, projectId, id, content, {}, NOTHING_SAID, 'synthetic');
  }

  private findOrCreate(tenantId: string, projectId: string, sample: keyof typeof SAMPLES, name: string) {
    const { kind } = SAMPLES[sample];
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      const id = parseId('project', projectId);
      await this.repository.lockSamples(transaction, id);
      const found = await this.repository.findSample(transaction, id, sample);
      if (found) return { dataSet: found, isNew: false };
      await this.limits.requireThing(transaction, tenantId, 'data_sets');
      const created = { tenantId, id: newId(), projectId: id, name, kind, sample };
      const dataSet = await this.repository.create(transaction, created);
      await audit(transaction, tenantId, 'data_set.created', dataSet.id, { after: { name, kind, sample, projectId } });
      return { dataSet, isNew: true };
    });
  }
}

const isWaiting = ({ latestImport }: DataSet) =>
  latestImport?.status === 'queued' || latestImport?.status === 'running';
