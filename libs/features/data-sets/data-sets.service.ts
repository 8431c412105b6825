import { pipeline, type Readable, type Transform } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { findKind } from '../../models/kinds/kinds.js';
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
  type ColumnMapping,
  type CreateDataSet,
  type DataSet,
  type FileFormats,
  type Import,
  type ListDataSetsQuery,
  type Provenance,
  type Restore,
  type UploadQuery,
  fileFormatsSchema,
} from './data-sets.schema.js';
import { uploadKeyOf } from './upload-key.js';
import { UploadLanes } from './upload-lane.js';

/** A file in the object store that is to be imported, by the id of its import. */
export interface StoredUpload {
  id: string;
  uploadKey: string;
  uploadBytes: number;
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
    provenance: Provenance = 'uploaded',
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
      if (meters.ingested && provenance === 'uploaded')
        await this.limits.requireUnit(transaction, caller, meters.ingested);
      await this.limits.requireThing(transaction, tenantId, 'bytes_stored', bytesExpected);
    });
    const stored = await this.storeUpload(tenantId, content);
    try {
      await this.database.tenant(tenantId, async (transaction) => {
        const formats = fileFormatsSchema.parse({ encoding, delimiter, decimal, dates });
        await this.queueImport(transaction, tenantId, { projectId, dataSetId }, stored, {
          columnMapping,
          formats,
          provenance,
        });
      });
    } catch (error) {
      await this.discardUpload(stored);
      throw error;
    }
    return stored.id;
  }

  /** Stores the file of an import that is yet to be queued, or discarded; one that a killed process left is deleted within a day. */
  async storeUpload(tenantId: string, content: Readable): Promise<StoredUpload> {
    const id = newId();
    const uploadKey = uploadKeyOf(tenantId, id);
    const uploadBytes = await this.lanes.run(tenantId, (pace) => this.store(uploadKey, content, pace));
    return { id, uploadKey, uploadBytes };
  }

  /** Queues the import of a stored file in the caller's transaction. */
  async queueImport(
    transaction: Transaction,
    tenantId: string,
    { projectId, dataSetId }: { projectId: string; dataSetId: string },
    { id, ...upload }: StoredUpload,
    how: { columnMapping: ColumnMapping; formats: FileFormats; provenance: Provenance },
  ): Promise<void> {
    // Several may have come at once, each of which had room alone.
    await this.limits.requireThing(transaction, tenantId, 'bytes_stored', upload.uploadBytes);
    await this.repository.createImport(transaction, { tenantId, id, dataSetId, ...upload, ...how });
    // Of a sample, that the data set was made as one says it.
    if (how.provenance === 'sample') return;
    const after = { projectId, dataSetId, uploadBytes: upload.uploadBytes, ...how };
    await audit(transaction, tenantId, 'import.created', id, { after });
  }

  async discardUpload({ uploadKey }: StoredUpload): Promise<void> {
    await this.objects.delete(uploadKey);
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

  /**
   * Keeps many rows that came together, each of an origin that is new.
   *
   * @throws Problem 409 where the data set may not hold as many, 402 where quotas leave no room
   */
  async addRows(
    transaction: Transaction,
    tenantId: string,
    dataSet: DataSet,
    rows: { origin: string; row: Record<string, string> }[],
  ): Promise<void> {
    if (rows.length === 0) return;
    const kind = findKind(dataSet.kind)!;
    if (dataSet.addedRows + rows.length > BOUNDS.addedRows.most) throw tooManyAddedRows(BOUNDS.addedRows.most);
    if (kind.quota) await this.limits.requireThing(transaction, tenantId, kind.quota, rows.length);
    const added = rows.map((each) => ({ ...each, tenantId, dataSetId: dataSet.id, id: newId() }));
    await this.repository.addRows(transaction, added);
  }

  /** Takes back a row that was added, if it is there. */
  removeRow(transaction: Transaction, dataSet: DataSet, origin: string): Promise<void> {
    return this.repository.removeRow(transaction, dataSet.id, origin);
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
