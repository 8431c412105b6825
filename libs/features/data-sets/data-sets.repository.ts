import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import { type Claim, claimRow } from '../../platform/queue/leased-rows.js';
import type { QueueMessage } from '../../platform/queue/queues.js';
import type { Content } from './content-reader.js';
import type { ColumnMapping, CreateDataSet, DataSet, Import } from './data-sets.schema.js';

type ImportRow = Prisma.ImportGetPayload<object>;
type DataSetRow = Prisma.DataSetGetPayload<{ include: { imports: true } }>;

/** What a worker needs of an import that it claimed. */
export interface ClaimedImport extends Claim {
  tenantId: string;
  projectId: string;
  dataSetId: string;
  kind: CreateDataSet['kind'];
  uploadKey: string;
  columnMapping: ColumnMapping;
}

/** An import's Parquet in the object store, and what is known of its rows. */
export interface ImportedContent {
  importId: string;
  contentKey: string;
  rows: number;
  statistics: Import['statistics'];
}

const latestImport = { imports: { orderBy: { id: 'desc' }, take: 1 } } as const;

@Injectable()
export class DataSetsRepository {
  async create(
    transaction: Transaction,
    dataSet: CreateDataSet & { tenantId: string; id: string; projectId: string },
  ): Promise<DataSet> {
    return toDataSet({ ...(await transaction.dataSet.create({ data: dataSet })), imports: [] }, null);
  }

  async find(transaction: Transaction, projectId: string, id: string): Promise<DataSet | null> {
    const row = await transaction.dataSet.findFirst({ where: { id, projectId }, include: latestImport });
    if (!row) return null;
    const current = row.currentImportId && (await transaction.import.findFirst({ where: { id: row.currentImportId } }));
    return toDataSet(row, current || null);
  }

  async list(transaction: Transaction, projectId: string, query: PageQuery): Promise<DataSet[]> {
    const page = pageArguments(query);
    const rows = await transaction.dataSet.findMany({
      ...page,
      where: { ...page.where, projectId },
      include: latestImport,
    });
    const current = await transaction.import.findMany({
      where: { id: { in: rows.flatMap((row) => row.currentImportId ?? []) } },
    });
    const byId = new Map(current.map((row) => [row.id, row]));
    return rows.map((row) => toDataSet(row, byId.get(row.currentImportId ?? '') ?? null));
  }

  /** Interactions that each project holds; wants a system transaction. */
  async sumInteractions(transaction: Transaction): Promise<{ tenantId: string; projectId: string; rows: number }[]> {
    return transaction.$queryRaw`
      SELECT data_set.tenant_id AS "tenantId", project_id AS "projectId", sum(rows_accepted)::float8 AS rows
      FROM data_sets data_set JOIN imports import ON import.tenant_id = data_set.tenant_id AND import.id = current_import_id
      WHERE kind = 'interactions' GROUP BY 1, 2 HAVING sum(rows_accepted) > 0`;
  }

  async createImport(
    transaction: Transaction,
    row: {
      tenantId: string;
      id: string;
      dataSetId: string;
      uploadKey: string;
      uploadBytes: number;
      columnMapping: ColumnMapping;
    },
  ): Promise<void> {
    await transaction.import.create({ data: row });
  }

  async findImport(transaction: Transaction, dataSetId: string, id: string): Promise<Import | null> {
    const row = await transaction.import.findFirst({ where: { id, dataSetId } });
    return row && toImport(row);
  }

  async findContent(transaction: Transaction, importId: string): Promise<ImportedContent | null> {
    const row = await transaction.import.findFirst({ where: { id: importId, status: 'succeeded' } });
    if (!row?.contentKey) return null;
    const statistics = row.statistics as Import['statistics'];
    return { importId: row.id, contentKey: row.contentKey, rows: Number(row.rowsAccepted), statistics };
  }

  /** Takes a waiting import, or one whose worker fell silent; null when it is not to be had. */
  async claimImport(transaction: Transaction, { tenantId, id }: QueueMessage): Promise<ClaimedImport | null> {
    const claim = await claimRow(transaction, 'imports', id);
    if (!claim) return null;
    const row = await transaction.import.findFirstOrThrow({
      where: { id },
      include: { dataSet: { select: { kind: true, projectId: true } } },
    });
    const { dataSetId, uploadKey, dataSet } = row;
    const columnMapping = row.columnMapping as ColumnMapping;
    const { kind, projectId } = dataSet;
    return { ...claim, tenantId, projectId, dataSetId, kind, uploadKey, columnMapping };
  }

  /** Finishes the import and makes its rows the data set's; false when the claim was lost meanwhile. */
  async succeedImport(
    transaction: Transaction,
    claimed: ClaimedImport,
    contentKey: string,
    content: Content,
  ): Promise<boolean> {
    const { count } = await transaction.import.updateMany({
      where: { id: claimed.id, attempt: claimed.attempt, status: 'running' },
      data: {
        status: 'succeeded',
        finishedAt: new Date(),
        contentKey,
        ...countsOf(content),
        statistics: content.statistics,
      },
    });
    if (count === 0) return false;
    // A slow import must not undo a later upload that finished before it; ids are in order of creation.
    await transaction.dataSet.updateMany({
      where: { id: claimed.dataSetId, OR: [{ currentImportId: null }, { currentImportId: { lt: claimed.id } }] },
      data: { currentImportId: claimed.id },
    });
    return true;
  }

  /** False when the claim was lost meanwhile. */
  async failImport(
    transaction: Transaction,
    { id, attempt }: Claim,
    failureReason: string,
    content?: Content,
  ): Promise<boolean> {
    const { count } = await transaction.import.updateMany({
      where: { id, attempt, status: { in: ['queued', 'running'] } },
      data: { status: 'failed', finishedAt: new Date(), failureReason, ...(content && countsOf(content)) },
    });
    return count === 1;
  }
}

function countsOf({ rowsAccepted, rowsRejected, errors }: Content) {
  return { rowsAccepted, rowsRejected, errors: errors as unknown as Prisma.InputJsonArray };
}

function toDataSet(row: DataSetRow, current: ImportRow | null): DataSet {
  const { id, projectId, name, kind, createdAt, imports } = row;
  return {
    id,
    projectId,
    name,
    kind,
    createdAt: createdAt.toISOString(),
    currentImport: current && toImport(current),
    latestImport: imports[0] ? toImport(imports[0]) : null,
  };
}

function toImport(row: ImportRow): Import {
  const { id, dataSetId, status, failureReason } = row;
  return {
    id,
    dataSetId,
    status,
    rowsAccepted: row.rowsAccepted === null ? null : Number(row.rowsAccepted),
    rowsRejected: row.rowsRejected === null ? null : Number(row.rowsRejected),
    errors: row.errors as Import['errors'],
    statistics: row.statistics as Import['statistics'],
    failureReason,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
