import { pipeline, type Readable, type Transform } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { findKind } from '../../models/kinds/kinds.js';
import { type Principal, requirePermission } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { inUse, notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { isDiskFull } from '../../platform/object-store/disk-full.js';
import { OBJECT_STORE, type ObjectStore, ObjectTooLargeError } from '../../platform/object-store/object-store.js';
import { LimitsService } from '../limits/index.js';
import { ProjectsService, type Rename } from '../projects/index.js';
import {
  comesInFiles,
  noRoomToRestore,
  noSuchColumn,
  notToBeRestored,
  storageFull,
  tooManyAddedRows,
  unknownKind,
  uploadBrokenOff,
  uploadTooLarge,
} from './data-sets.errors.js';
import { DataSetsRepository, type ImportedContent } from './data-sets.repository.js';
import {
  type CreateDataSet,
  type DataSet,
  type Import,
  type ListDataSetsQuery,
  type Restore,
  type UploadQuery,
  fileFormatsSchema,
} from './data-sets.schema.js';
import { listRejected } from './rejected-rows.repository.js';
import { uploadKeyOf } from './upload-key.js';
import { UploadLanes } from './upload-lane.js';

const REJECTED_PAGE = 1_000;

/** A rejected row as its file shows it. */
export interface RejectedLine {
  line: number;
  column: string | null;
  value: string | null;
  reason: string;
}

@Injectable()
export class DataSetsService {
  private readonly lanes = new UploadLanes();

  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
    private readonly projects: ProjectsService,
    private readonly limits: LimitsService,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  create(tenantId: string, projectId: string, body: CreateDataSet): Promise<DataSet> {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      await this.limits.requireThing(transaction, tenantId, 'data_sets');
      const dataSet = await this.repository.create(transaction, { ...body, tenantId, id: newId(), projectId });
      await audit(transaction, tenantId, 'data_set.created', dataSet.id, { after: { ...body, projectId } });
      return dataSet;
    });
  }

  list(tenantId: string, projectId: string, query: ListDataSetsQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.projects.require(transaction, projectId);
      return toPage(await this.repository.list(transaction, projectId, query), query);
    });
  }

  get(tenantId: string, projectId: string, dataSetId: string): Promise<DataSet> {
    return this.database.tenant(tenantId, (transaction) => this.require(transaction, projectId, dataSetId));
  }

  rename(tenantId: string, projectId: string, dataSetId: string, { name }: Rename): Promise<DataSet> {
    return this.database.tenant(tenantId, async (transaction) => {
      const before = await this.require(transaction, projectId, dataSetId);
      await this.repository.rename(transaction, before.id, name);
      const change = { before: { name: before.name }, after: { name } };
      await audit(transaction, tenantId, 'data_set.renamed', before.id, change);
      return this.require(transaction, projectId, dataSetId);
    });
  }

  /** @throws Problem 409 while a model learns from it */
  async delete(tenantId: string, projectId: string, dataSetId: string): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      const { id, name, kind } = await this.require(transaction, projectId, dataSetId);
      const names = await this.repository.findModels(transaction, id);
      if (names.length > 0) throw inUse('The data set', { noun: 'model', names });
      await this.repository.delete(transaction, id);
      await audit(transaction, tenantId, 'data_set.deleted', id, { before: { name, kind, projectId } });
    });
  }

  /** @throws Problem 404 where the data set is not in this project of this tenant */
  async require(transaction: Transaction, projectId: string, dataSetId: string): Promise<DataSet> {
    const id = parseId('data set', dataSetId);
    const dataSet = await this.repository.find(transaction, parseId('project', projectId), id);
    if (!dataSet) throw notFound('data set', dataSetId);
    return dataSet;
  }

  /**
   * Stores the file as it streams in, then queues its import; until that succeeds the data set keeps what it holds.
   *
   * @param bytesExpected what the caller says that it sends; 1 where it does not say
   * @throws Problem 402 or 429 where quotas leave no room for a single row or for the bytes, 400 where the mapping names a column of another kind
   */
  async upload(
    tenantId: string,
    projectId: string,
    dataSetId: string,
    content: Readable,
    { encoding, delimiter, decimal, dates, ...columnMapping }: UploadQuery,
    bytesExpected: number,
  ): Promise<string> {
    if (bytesExpected > this.config.KINDRED_UPLOAD_BYTES_MAX)
      throw uploadTooLarge(this.config.KINDRED_UPLOAD_BYTES_MAX);
    await this.database.tenant(tenantId, async (transaction) => {
      const { kind } = await this.require(transaction, projectId, dataSetId);
      const caller = { tenantId, projectId };
      const known = findKind(kind);
      if (!known) throw unknownKind(kind);
      const { columns, meters } = known;
      const stranger = Object.keys(columnMapping).find((column) => !Object.hasOwn(columns, column));
      if (stranger) throw noSuchColumn(kind, stranger, Object.keys(columns));
      if (meters.ingested) await this.limits.requireUnit(transaction, caller, meters.ingested);
      await this.limits.requireThing(transaction, tenantId, 'bytes_stored', bytesExpected);
    });
    const id = newId();
    const uploadKey = uploadKeyOf(tenantId, id);
    const uploadBytes = await this.lanes.run(tenantId, (pace) => this.store(uploadKey, content, pace));
    try {
      await this.database.tenant(tenantId, async (transaction) => {
        // Several may have come at once, each of which had room alone.
        await this.limits.requireThing(transaction, tenantId, 'bytes_stored', uploadBytes);
        const formats = fileFormatsSchema.parse({ encoding, delimiter, decimal, dates });
        const row = { tenantId, id, dataSetId, uploadKey, uploadBytes, columnMapping, formats };
        await this.repository.createImport(transaction, row);
        const after = { projectId, dataSetId, uploadBytes, columnMapping, formats };
        await audit(transaction, tenantId, 'import.created', id, { after });
      });
    } catch (error) {
      await this.objects.delete(uploadKey);
      throw error;
    }
    return id;
  }

  listImports(tenantId: string, projectId: string, dataSetId: string, query: PageQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.require(transaction, projectId, dataSetId);
      return toPage(await this.repository.listImports(transaction, id, query), query);
    });
  }

  getImport(tenantId: string, projectId: string, dataSetId: string, importId: string): Promise<Import> {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.require(transaction, projectId, dataSetId);
      const found = await this.repository.findImport(transaction, dataSetId, parseId('import', importId));
      if (!found) throw notFound('import', importId);
      return found;
    });
  }

  /**
   * The rows that an import left out, by line, a page at a time.
   *
   * @throws Problem 404; 403 where the rows name people, whom the caller may not see
   */
  async listRejected(
    principal: Principal,
    projectId: string,
    dataSetId: string,
    importId: string,
  ): Promise<AsyncIterable<RejectedLine>> {
    const { tenantId } = principal;
    const { kind } = await this.get(tenantId, projectId, dataSetId);
    if (findKind(kind)?.person) requirePermission(principal, 'end-users:read');
    const { id } = await this.getImport(tenantId, projectId, dataSetId, importId);
    const next = (from: number) =>
      this.database.tenant(tenantId, (transaction) => listRejected(transaction, id, from, REJECTED_PAGE));
    return (async function* () {
      for (let from = 0; ;) {
        const page = await next(from);
        for (const { row, columnName, value, message } of page)
          yield { line: row, column: columnName, value, reason: message };
        if (page.length < REJECTED_PAGE) return;
        from = page.at(-1)!.place + 1;
      }
    })();
  }

  /**
   * Makes the rows of an earlier import the data set's again. Nothing is read or metered anew; an import that is on its way takes their place when it
   * succeeds.
   *
   * @throws Problem 404; 409 where the import did not succeed; 402 where its rows are more than the plan has room for
   */
  restore(tenantId: string, projectId: string, dataSetId: string, { importId }: Restore): Promise<DataSet> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id, kind, currentImport } = await this.require(transaction, projectId, dataSetId);
      // Held until the end, so that retention cannot take it meanwhile.
      const found = await this.repository.lockImport(transaction, id, parseId('import', importId));
      if (!found) throw notFound('import', importId);
      if (found.status !== 'succeeded') throw notToBeRestored(found.status);
      const known = findKind(kind);
      if (!known) throw unknownKind(kind);
      const rows = found.rowsAccepted ?? 0;
      const left = known.quota ? await this.limits.rowsLeft(transaction, tenantId, known.quota, id) : rows;
      if (rows > left) throw noRoomToRestore(rows, left);
      await this.repository.restore(transaction, id, found.id);
      const change = { before: { importId: currentImport?.id ?? null }, after: { importId: found.id } };
      await audit(transaction, tenantId, 'data_set.restored', id, change);
      return this.require(transaction, projectId, dataSetId);
    });
  }

  /** The rows that a finished import brought, for training. */
  findContent(transaction: Transaction, importId: string): Promise<ImportedContent | null> {
    return this.repository.findContent(transaction, importId);
  }

  /**
   * Keeps a row that came by itself, next to those of the data set's file; it takes the place of an earlier one of the same origin.
   *
   * @throws Problem 409 where rows of the kind come in files alone, 402 where quotas leave no room
   */
  async addRow(
    transaction: Transaction,
    tenantId: string,
    dataSet: DataSet,
    origin: string,
    row: Record<string, string | number>,
  ): Promise<void> {
    const kind = findKind(dataSet.kind);
    if (!kind) throw unknownKind(dataSet.kind);
    if (!kind.correctedBy) throw comesInFiles(dataSet.kind);
    if (!(await this.repository.hasAddedRow(transaction, dataSet.id, origin))) {
      if (dataSet.addedRows >= BOUNDS.addedRows.most) throw tooManyAddedRows(BOUNDS.addedRows.most);
      if (kind.quota) await this.limits.requireThing(transaction, tenantId, kind.quota);
    }
    await this.repository.addRow(transaction, { tenantId, dataSetId: dataSet.id, origin, id: newId(), row });
  }

  /** What data sets hold of people, for an export. */
  listContentsOfPeople(transaction: Transaction, projectId: string) {
    return this.repository.listContentsOfPeople(transaction, projectId);
  }

  private async store(key: string, content: Readable, pace: Transform): Promise<number> {
    try {
      const paced = pipeline(content, pace, () => undefined);
      return await this.objects.put(key, paced, this.config.KINDRED_UPLOAD_BYTES_MAX);
    } catch (error) {
      const { code } = error as { code?: string };
      if (error instanceof ObjectTooLargeError) throw uploadTooLarge(error.bytesMax);
      if (isDiskFull(error)) throw storageFull();
      if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') throw uploadBrokenOff();
      throw error;
    }
  }
}
