import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import { LEASE_SECONDS, MESSAGE_LOST_SECONDS } from '../../platform/queue/lease.js';
import type { QueueMessage } from '../../platform/queue/queues.js';
import type { Content } from './content-reader.js';
import type { ColumnMapping, CreateDataSet, DataSet, Import } from './data-sets.schema.js';

type ImportRow = Prisma.ImportGetPayload<object>;
type DataSetRow = Prisma.DataSetGetPayload<{ include: { imports: true } }>;

/** What a worker needs of an import that it claimed. */
export interface ClaimedImport {
  tenantId: string;
  id: string;
  dataSetId: string;
  kind: CreateDataSet['kind'];
  uploadKey: string;
  columnMapping: ColumnMapping;
  /** The fencing token of this claim. */
  attempt: number;
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
    const claimed = await transaction.$queryRaw<{ attempt: number }[]>`
      UPDATE imports SET status = 'running', attempt = attempt + 1, lease_expires_at = now() + make_interval(secs => ${LEASE_SECONDS})
      WHERE id = ${id}::uuid AND (status = 'queued' OR (status = 'running' AND lease_expires_at < now()))
      RETURNING attempt`;
    if (claimed.length === 0) return null;
    const row = await transaction.import.findFirstOrThrow({
      where: { id },
      include: { dataSet: { select: { kind: true } } },
    });
    const { dataSetId, uploadKey, attempt } = row;
    return {
      tenantId,
      id,
      dataSetId,
      kind: row.dataSet.kind,
      uploadKey,
      columnMapping: row.columnMapping as ColumnMapping,
      attempt,
    };
  }

  async extendLease(transaction: Transaction, { id, attempt }: ClaimedImport): Promise<boolean> {
    const leaseExpiresAt = new Date(Date.now() + LEASE_SECONDS * 1000);
    const { count } = await transaction.import.updateMany({
      where: { id, attempt, status: 'running' },
      data: { leaseExpiresAt },
    });
    return count === 1;
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

  async failImport(
    transaction: Transaction,
    { id, attempt }: Pick<ClaimedImport, 'id' | 'attempt'>,
    failureReason: string,
    content?: Content,
  ): Promise<void> {
    await transaction.import.updateMany({
      where: { id, attempt, status: { in: ['queued', 'running'] } },
      data: { status: 'failed', finishedAt: new Date(), failureReason, ...(content && countsOf(content)) },
    });
  }

  /** Imports of any tenant that nobody works on though they should be; wants a system transaction. */
  findStranded(transaction: Transaction): Promise<{ tenantId: string; id: string; attempt: number }[]> {
    return transaction.$queryRaw`
      SELECT tenant_id AS "tenantId", id, attempt FROM imports
      WHERE (status = 'queued' AND created_at < now() - make_interval(secs => ${MESSAGE_LOST_SECONDS}))
         OR (status = 'running' AND lease_expires_at < now())
      LIMIT 1000`;
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
