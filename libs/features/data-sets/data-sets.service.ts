import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
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
  importEnded,
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
  type Import,
  type ImportMode,
  type ListDataSetsQuery,
  type Restore,
  type UploadQuery,
  fileFormatsSchema,
} from './data-sets.schema.js';
import { uploadKeyOf } from './upload-key.js';
import { UploadLanes } from './upload-lane.js';

/** A data set by where it is. */
export interface DataSetAddress {
  tenantId: string;
  projectId: string;
  dataSetId: string;
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
    said: UploadQuery,
    bytesExpected: number,
  ): Promise<string> {
    if (bytesExpected > this.config.KINDRED_UPLOAD_BYTES_MAX)
      throw uploadTooLarge(this.config.KINDRED_UPLOAD_BYTES_MAX);
    const of = { tenantId, projectId, dataSetId };
    await this.requireRoom(of, said, bytesExpected);
    return this.queue(of, said, (key) => this.lanes.run(tenantId, (pace) => this.store(key, content, pace)));
  }

  /**
   * Adds the rows of a file of this machine to a data set, for another feature: as an upload with `mode=append`, at no pace.
   *
   * @param file as an upload has it: CSV, JSON or Parquet
   * @param within runs in the transaction that queues the import, so that whoever gave the rows can note that they are given
   * @returns the id of the import
   * @throws Problem as {@link upload}
   */
  async append(
    of: DataSetAddress,
    file: string,
    within: (transaction: Transaction, importId: string) => Promise<void> = async () => {},
  ): Promise<string> {
    const said = { mode: 'append' } as const;
    await this.requireRoom(of, said, (await stat(file)).size);
    return this.queue(of, said, (key) => this.objects.put(key, createReadStream(file)), within);
  }

  /**
   * Asks before a file is sent what its import would ask after.
   *
   * @throws Problem 400, 402, 404, 429 or 503
   */
  private async requireRoom(
    { tenantId, projectId, dataSetId }: DataSetAddress,
    said: UploadQuery,
    bytesExpected: number,
  ): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      const { kind } = await this.require(transaction, projectId, dataSetId);
      const caller = { tenantId, projectId };
      const known = findKind(kind);
      if (!known) throw unknownKind(kind);
      const { columns, meters } = known;
      const stranger = Object.keys(partsOf(said).columnMapping).find((column) => !Object.hasOwn(columns, column));
      if (stranger) throw noSuchColumn(kind, stranger, Object.keys(columns));
      if (meters.ingested) await this.limits.requireUnit(transaction, caller, meters.ingested);
      await this.limits.requireThing(transaction, tenantId, 'bytes_stored', bytesExpected);
    });
  }

  /** Stores a file, then queues its import; nothing is left of the file where that fails. */
  private async queue(
    { tenantId, projectId, dataSetId }: DataSetAddress,
    said: UploadQuery,
    store: (key: string) => Promise<number>,
    within: (transaction: Transaction, importId: string) => Promise<void> = async () => {},
  ): Promise<string> {
    const id = newId();
    const uploadKey = uploadKeyOf(tenantId, id);
    const uploadBytes = await store(uploadKey);
    try {
      await this.database.tenant(tenantId, async (transaction) => {
        // Several may have come at once, each of which had room alone.
        await this.limits.requireThing(transaction, tenantId, 'bytes_stored', uploadBytes);
        const parts = partsOf(said);
        await this.repository.createImport(transaction, { tenantId, id, dataSetId, uploadKey, uploadBytes, ...parts });
        await within(transaction, id);
        const after = { projectId, dataSetId, uploadBytes, ...parts };
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
   * Ends an import that waits or runs; its worker hears of it within a fifth of a second, and the data set is as it was.
   *
   * @throws Problem 404; 409 where it has ended
   */
  async cancelImport(tenantId: string, projectId: string, dataSetId: string, importId: string): Promise<Import> {
    const cancelled = await this.database.tenant(tenantId, async (transaction) => {
      await this.require(transaction, projectId, dataSetId);
      const found = await this.repository.lockImport(transaction, dataSetId, parseId('import', importId));
      if (!found) throw notFound('import', importId);
      if (!(await this.repository.cancelImport(transaction, found.id))) throw importEnded(found.status);
      const change = { before: { status: found.status }, after: { status: 'cancelled' } };
      await audit(transaction, tenantId, 'import.cancelled', found.id, change);
      return (await this.repository.findImport(transaction, dataSetId, found.id))!;
    });
    // A worker that is reading it is told to stop.
    await this.objects.delete(uploadKeyOf(tenantId, cancelled.id));
    return cancelled;
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
      const rows = found.rowsHeld ?? 0;
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

/** What is said with a file, as its import keeps it. */
function partsOf({ mode, encoding, delimiter, decimal, dates, ...mapping }: UploadQuery) {
  const columnMapping: ColumnMapping = mapping;
  return {
    mode: mode as ImportMode,
    columnMapping,
    formats: fileFormatsSchema.parse({ encoding, delimiter, decimal, dates }),
  };
}
