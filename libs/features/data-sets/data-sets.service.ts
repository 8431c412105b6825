import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { findKind, type KindKey } from '../../models/kinds/kinds.js';
import { type Principal, requirePermission } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { inUse, notFound } from '../../platform/errors/problem.js';
import type { Digest } from '../../platform/http/digests.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { LimitsService } from '../limits/index.js';
import { ProjectsService, type Rename } from '../projects/index.js';
import {
  comesInFiles,
  importEnded,
  noRoomToRestore,
  notToBeRestored,
  takesNoEvents,
  tooManyAddedRows,
  unknownKind,
} from './data-sets.errors.js';
import { DataSetsRepository, type ImportedContent } from './data-sets.repository.js';
import {
  type CreateDataSet,
  type DataSet,
  type Import,
  type ListDataSetsQuery,
  type Provenance,
  type Restore,
  type UploadQuery,
} from './data-sets.schema.js';
import { NewImports } from './new-imports.js';
import { listRejected } from './rejected-rows.repository.js';
import { uploadKeyOf } from './upload-key.js';

const REJECTED_PAGE = 1_000;

/** A rejected row as its file shows it. */
export interface RejectedLine {
  line: number;
  column: string | null;
  value: string | null;
  reason: string;
}

const EVENTS_KIND = 'interactions' as const satisfies KindKey;
const LIVE_NAME = 'Live interactions';

@Injectable()
export class DataSetsService {
  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
    private readonly projects: ProjectsService,
    private readonly limits: LimitsService,
    private readonly newImports: NewImports,
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
   * The data set that events go to: the named one, or the project's live one, which is made where there is none.
   *
   * @throws Problem 404 where it is not this project's; 409 where it does not hold interactions; 402 where the plan allows no more data sets
   */
  requireForEvents(tenantId: string, projectId: string, dataSetId: string | undefined): Promise<{ id: string }> {
    return this.database.tenant(tenantId, async (transaction) => {
      if (dataSetId) {
        const { id, kind } = await this.require(transaction, projectId, dataSetId);
        if (kind !== EVENTS_KIND) throw takesNoEvents(kind);
        return { id };
      }
      await this.projects.require(transaction, projectId);
      const known = await this.repository.findLive(transaction, projectId);
      if (known) return { id: known };
      // Two first events wait here for each other, as this locks the organization's things.
      await this.limits.requireThing(transaction, tenantId, 'data_sets');
      const meanwhile = await this.repository.findLive(transaction, projectId);
      if (meanwhile) return { id: meanwhile };
      const body = { name: LIVE_NAME, kind: EVENTS_KIND };
      const { id } = await this.repository.create(transaction, {
        ...body,
        tenantId,
        id: newId(),
        projectId,
        isLive: true,
      });
      await audit(transaction, tenantId, 'data_set.created', id, { after: { ...body, projectId } });
      return { id };
    });
  }

  /**
   * Stores the file as it streams in, then queues its import; until that succeeds the data set keeps what it holds.
   *
   * @param said what the caller says that it sends: bytes, 1 where it does not say, and perhaps their digest
   * @throws Problem 402 or 429 where quotas leave no room for a single row or for the bytes, 400 where the mapping names a column of another kind or the bytes are not those of the digest
   */
  async upload(
    tenantId: string,
    projectId: string,
    dataSetId: string,
    content: Readable,
    query: UploadQuery,
    said: { bytes: number; digest: Digest | null },
    provenance: Provenance = 'uploaded',
  ): Promise<string> {
    const dataSet = await this.database.tenant(tenantId, async (transaction) => {
      const found = await this.require(transaction, projectId, dataSetId);
      await this.newImports.admit(transaction, tenantId, found, query, said.bytes, provenance);
      return found;
    });
    const stored = await this.newImports.store(tenantId, content, said.digest);
    try {
      await this.database.tenant(tenantId, (transaction) =>
        this.newImports.queue(transaction, tenantId, dataSet, stored, query, provenance),
      );
    } catch (error) {
      await this.newImports.discard(stored);
      throw error;
    }
    return stored.id;
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
   * The rows that an import left out, by line, a page at a time; none of people who are being erased.
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
      this.database.tenant(tenantId, async (transaction) => {
        const erased = await this.repository.findErasedUsers(transaction, tenantId, projectId);
        return listRejected(transaction, id, { from, most: REJECTED_PAGE, without: erased });
      });
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
   * Ends an import that waits or runs; its worker hears of it within a fifth of a second, and the data set is as it was.
   *
   * @throws Problem 404; 409 where it has ended
   */
  async cancelImport(tenantId: string, projectId: string, dataSetId: string, importId: string): Promise<Import> {
    const { cancelled, partKeys } = await this.database.tenant(tenantId, async (transaction) => {
      await this.require(transaction, projectId, dataSetId);
      const found = await this.repository.lockImport(transaction, dataSetId, parseId('import', importId));
      if (!found) throw notFound('import', importId);
      if (!(await this.repository.cancelImport(transaction, found.id))) throw importEnded(found.status);
      const change = { before: { status: found.status }, after: { status: 'cancelled' } };
      await audit(transaction, tenantId, 'import.cancelled', found.id, change);
      return {
        cancelled: (await this.repository.findImport(transaction, dataSetId, found.id))!,
        partKeys: await this.repository.listPartKeys(transaction, tenantId, found.id),
      };
    });
    // A worker that is reading it is told to stop.
    await this.newImports.discard({ uploadKey: uploadKeyOf(tenantId, cancelled.id), partKeys });
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
}
