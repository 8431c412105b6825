import { Injectable } from '@nestjs/common';
import type { Statistics } from '../../models/kinds/kind.js';
import { type KindKey, kindsWhere } from '../../models/kinds/kinds.js';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { inOrder, listIds, searched } from '../../platform/database/lists.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import { fairOrder } from '../../platform/queue/fair-order.js';
import type { Claim, LeasedTable } from '../../platform/queue/leased-rows.js';
import type { Content } from './content-reader.js';
import {
  type ColumnMapping,
  type CreateDataSet,
  type DataSet,
  type FileFormats,
  type Import,
  type ImportMode,
  type ImportProgress,
  importProgressSchema,
  importSchema,
  type ListDataSetsQuery,
  type Provenance,
  provenanceSchema,
} from './data-sets.schema.js';
import { keepRejected } from './rejected-rows.repository.js';
import { describeSample } from './samples.js';

type ImportRow = Prisma.ImportGetPayload<object>;
type DataSetRow = Prisma.DataSetGetPayload<{
  include: { imports: true; liveCount: { select: { rows: true } }; _count: { select: { addedRows: true } } };
}>;

/** What a worker needs of an import that it claimed. */
export interface ClaimedImport extends Claim {
  projectId: string;
  dataSetId: string;
  kind: KindKey;
  uploadKey: string;
  /** Of a file that came in pieces, these in their order; else none. */
  partKeys: string[];
  mode: ImportMode;
  /** What the data set held when it was claimed; null where that was nothing. */
  base: { importId: string; contentKey: string; provenance: Provenance } | null;
  columnMapping: ColumnMapping;
  /** Of the file before, which hold for this one where nothing else is said. */
  keptMapping: ColumnMapping;
  provenance: Provenance;
  /** What was said now or then. */
  formats: FileFormats;
  /** Those who are being erased: what was sent before must not bring them back. */
  erasedUserIds: string[];
}

/** An import's Parquet in the object store, and what is known of its rows. */
export interface ImportedContent {
  importId: string;
  dataSetId: string;
  kind: KindKey;
  contentKey: string;
  /** In hexadecimal; null of what was imported before digests were kept. */
  sha256: string | null;
  rows: number;
  statistics: Statistics;
}

/** A content that may hold a person of a customer's. */
export interface StoredContent {
  importId: string;
  contentKey: string;
  dataSetKind: KindKey;
}

export const IMPORTS: LeasedTable = {
  name: 'imports',
  lock: 0x696d706f,
  isOpen: "status = 'running'",
  isWaiting: "status = 'queued'",
  onClaim: "status = 'running', started_at = now(), progress = NULL",
  onRelease: "status = 'queued', progress = NULL",
};

/** One of an organization at a time, of the kinds $1: what is of a kind that this release does not know is another's to take. */
export const NEXT_IMPORT = fairOrder(
  'imports',
  `SELECT imports.tenant_id, imports.id, imports.created_at
   FROM imports JOIN data_sets ON data_sets.tenant_id = imports.tenant_id AND data_sets.id = data_set_id
   WHERE status = 'queued' AND kind = ANY($1)`,
  '1',
);

/** In one statement. */
const ROWS_AT_ONCE = 1_000;
/** What another release wrote in another form is left out. */
const storedProgressSchema = importProgressSchema.nullable().catch(null);

/** Of each import of a list. */
const LISTED_ERRORS = 3;

const latestImport = {
  imports: { orderBy: { id: 'desc' }, take: 1 },
  liveCount: { select: { rows: true } },
  _count: { select: { addedRows: true } },
} as const;

const LISTED = Prisma.sql`data_sets listed
  LEFT JOIN imports content ON content.tenant_id = listed.tenant_id AND content.id = listed.current_import_id`;

const LATEST_STATUS = Prisma.sql`
  SELECT status FROM imports WHERE tenant_id = listed.tenant_id AND data_set_id = listed.id ORDER BY id DESC LIMIT 1`;

const RANKS = {
  createdAt: undefined,
  name: Prisma.sql`lower(listed.name)`,
  rows: Prisma.sql`coalesce(content.rows_held, content.rows_accepted, -1) + coalesce((
    SELECT rows FROM live_interaction_counts live WHERE live.tenant_id = listed.tenant_id AND live.data_set_id = listed.id), 0)`,
  importedAt: Prisma.sql`coalesce(content.finished_at, '-infinity')`,
} satisfies Record<ListDataSetsQuery['sort'], Prisma.Sql | undefined>;

@Injectable()
export class DataSetsRepository {
  async create(
    transaction: Transaction,
    dataSet: CreateDataSet & { tenantId: string; id: string; projectId: string; isLive?: boolean; sample?: string },
  ): Promise<DataSet> {
    const created = await transaction.dataSet.create({ data: dataSet });
    return toDataSet({ ...created, imports: [], liveCount: null, _count: { addedRows: 0 } }, null);
  }

  /** Until the end of the transaction nobody else adds a sample to the project. */
  async lockSamples(transaction: Transaction, projectId: string): Promise<void> {
    await transaction.$queryRaw`SELECT FROM projects WHERE id = ${projectId}::uuid FOR NO KEY UPDATE`;
  }

  /** The data set that a project has as the sample; null where there is none. */
  async findSample(transaction: Transaction, projectId: string, sample: string): Promise<DataSet | null> {
    const row = await transaction.dataSet.findFirst({ where: { projectId, sample }, select: { id: true } });
    return row && this.find(transaction, projectId, row.id);
  }

  async find(transaction: Transaction, projectId: string, id: string): Promise<DataSet | null> {
    const row = await transaction.dataSet.findFirst({ where: { id, projectId }, include: latestImport });
    if (!row) return null;
    const current = row.currentImportId && (await transaction.import.findFirst({ where: { id: row.currentImportId } }));
    return toDataSet(row, current || null);
  }

  /** Where events of the project go that name no data set. */
  async findLive(transaction: Transaction, projectId: string): Promise<string | null> {
    const row = await transaction.dataSet.findFirst({ where: { projectId, isLive: true }, select: { id: true } });
    return row?.id ?? null;
  }

  async list(transaction: Transaction, projectId: string, query: ListDataSetsQuery): Promise<DataSet[]> {
    const list = {
      from: LISTED,
      where: [
        Prisma.sql`listed.project_id = ${projectId}::uuid`,
        ...searched(query.search, Prisma.sql`listed.name`),
        ...(query.status ? [Prisma.sql`coalesce((${LATEST_STATUS})::text, 'empty') = ${query.status}`] : []),
      ],
      rank: RANKS[query.sort],
    };
    const ids = await listIds(transaction, list, query);
    const found = await transaction.dataSet.findMany({ where: { id: { in: ids } }, include: latestImport });
    const rows = inOrder(ids, found);
    const current = await transaction.import.findMany({
      where: { id: { in: rows.flatMap((row) => row.currentImportId ?? []) } },
    });
    const byId = new Map(current.map((row) => [row.id, row]));
    return rows.map((row) => withFewErrors(toDataSet(row, byId.get(row.currentImportId ?? '') ?? null)));
  }

  /** What was said of the data set's last file, which holds for the next one. */
  async findKept(
    transaction: Transaction,
    id: string,
  ): Promise<{ columnMapping: ColumnMapping; formats: FileFormats }> {
    const row = await transaction.dataSet.findFirstOrThrow({
      where: { id },
      select: { columnMapping: true, formats: true },
    });
    return { columnMapping: row.columnMapping as ColumnMapping, formats: row.formats as FileFormats };
  }

  async rename(transaction: Transaction, id: string, name: string): Promise<void> {
    await transaction.dataSet.updateMany({ where: { id }, data: { name } });
  }

  /** The names of the models that learn from it. */
  async findModels(transaction: Transaction, id: string): Promise<string[]> {
    const where = { sources: { some: { dataSetId: id } } };
    const rows = await transaction.model.findMany({ where, select: { name: true } });
    return rows.map(({ name }) => name);
  }

  async delete(transaction: Transaction, id: string): Promise<void> {
    await transaction.dataSet.deleteMany({ where: { id } });
  }

  /** Rows of such kinds that each project holds; requires a system transaction. */
  async sumRows(
    transaction: Transaction,
    ofKinds: KindKey[],
  ): Promise<{ tenantId: string; projectId: string; rows: number }[]> {
    return transaction.$queryRaw`
      SELECT tenant_id AS "tenantId", project_id AS "projectId", sum(rows)::float8 AS rows FROM (
        SELECT data_set.tenant_id, project_id, coalesce(rows_held, rows_accepted) AS rows
        FROM data_sets data_set JOIN imports import ON import.tenant_id = data_set.tenant_id AND import.id = current_import_id
        WHERE kind = ANY(${ofKinds})
        UNION ALL
        SELECT data_set.tenant_id, project_id, count(*)
        FROM data_sets data_set JOIN added_rows added ON added.tenant_id = data_set.tenant_id AND added.data_set_id = data_set.id
        WHERE kind = ANY(${ofKinds}) GROUP BY 1, 2
        UNION ALL
        SELECT data_set.tenant_id, project_id, rows
        FROM data_sets data_set JOIN live_interaction_counts live ON live.tenant_id = data_set.tenant_id AND live.data_set_id = data_set.id
        WHERE kind = ANY(${ofKinds})) held
      GROUP BY 1, 2 HAVING sum(rows) > 0`;
  }

  /** Whether there is a row of that origin already, whose place another would take. */
  async hasAddedRow(transaction: Transaction, dataSetId: string, origin: string): Promise<boolean> {
    return (await transaction.addedRow.count({ where: { dataSetId, origin } })) > 0;
  }

  /** Keeps a row; it takes the place of an earlier one of the same origin. */
  async addRow(
    transaction: Transaction,
    {
      tenantId,
      dataSetId,
      origin,
      id,
      row,
    }: { tenantId: string; dataSetId: string; origin: string; id: string; row: Prisma.InputJsonObject },
  ): Promise<void> {
    const where = { tenantId_dataSetId_origin: { tenantId, dataSetId, origin } };
    await transaction.addedRow.upsert({ where, create: { tenantId, id, dataSetId, origin, row }, update: { id, row } });
  }

  /** Keeps many rows of their own origins, each of which is new. */
  async addRows(
    transaction: Transaction,
    rows: { tenantId: string; dataSetId: string; origin: string; id: string; row: Prisma.InputJsonObject }[],
  ): Promise<void> {
    for (let i = 0; i < rows.length; i += ROWS_AT_ONCE)
      await transaction.addedRow.createMany({ data: rows.slice(i, i + ROWS_AT_ONCE) });
  }

  async removeRow(transaction: Transaction, dataSetId: string, origin: string): Promise<void> {
    await transaction.addedRow.deleteMany({ where: { dataSetId, origin } });
  }

  /** The next of those between two ids, oldest first. */
  listAddedRows(transaction: Transaction, dataSetId: string, after: string, before: string, most: number) {
    return transaction.addedRow.findMany({
      where: { dataSetId, id: { gt: after, lt: before } },
      orderBy: { id: 'asc' },
      take: most,
      select: { id: true, origin: true, row: true, isDeletion: true },
    });
  }

  async createImport(
    transaction: Transaction,
    row: {
      tenantId: string;
      id: string;
      dataSetId: string;
      uploadKey: string;
      uploadBytes: number;
      mode: ImportMode;
      columnMapping: ColumnMapping;
      formats: FileFormats;
      provenance: Provenance;
    },
  ): Promise<void> {
    await transaction.import.create({ data: row });
  }

  async findImport(transaction: Transaction, dataSetId: string, id: string): Promise<Import | null> {
    const row = await transaction.import.findFirst({ where: { id, dataSetId } });
    return row && toImport(row);
  }

  async lockImport(transaction: Transaction, dataSetId: string, id: string): Promise<Import | null> {
    await transaction.$queryRaw`SELECT FROM imports WHERE data_set_id = ${dataSetId}::uuid AND id = ${id}::uuid FOR UPDATE`;
    return this.findImport(transaction, dataSetId, id);
  }

  async listImports(transaction: Transaction, dataSetId: string, query: PageQuery): Promise<Import[]> {
    const page = pageArguments(query);
    const rows = await transaction.import.findMany({ ...page, where: { ...page.where, dataSetId } });
    return rows.map((row) => fewErrors(toImport(row)));
  }

  async findContent(transaction: Transaction, importId: string): Promise<ImportedContent | null> {
    const row = await transaction.import.findFirst({
      where: { id: importId, status: 'succeeded' },
      include: { dataSet: { select: { kind: true } } },
    });
    if (!row?.contentKey) return null;
    const kind = row.dataSet.kind as KindKey;
    const statistics = importSchema.shape.statistics.parse(row.statistics) ?? {};
    return {
      importId: row.id,
      dataSetId: row.dataSetId,
      kind,
      contentKey: row.contentKey,
      sha256: row.contentSha256,
      rows: Number(row.rowsHeld ?? row.rowsAccepted),
      statistics,
    };
  }

  /** The content that each data set whose rows name people holds now. */
  async listContentsOfPeople(
    transaction: Transaction,
    projectId: string,
  ): Promise<{ dataSetId: string; name: string; kind: KindKey; contentKey: string }[]> {
    const ofPeople = kindsWhere(({ person }) => person);
    return transaction.$queryRaw`
      SELECT data_sets.id AS "dataSetId", name, kind, content_key AS "contentKey"
      FROM data_sets JOIN imports ON imports.tenant_id = data_sets.tenant_id AND imports.id = current_import_id
      WHERE project_id = ${projectId}::uuid AND kind = ANY(${ofPeople}) ORDER BY data_sets.id`;
  }

  /** Data sets of a kind that hold something, at most so many of them, the latest first. */
  async listFilled(transaction: Transaction, projectId: string, kind: string, most: number): Promise<string[]> {
    const isFilled = { OR: [{ currentImportId: { not: null } }, { addedRows: { some: {} } }] };
    const rows = await transaction.dataSet.findMany({
      where: { projectId, kind, ...isFilled },
      orderBy: { id: 'desc' },
      take: most,
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /**
   * Rows that were added to a data set by themselves, but for those of items and users.
   *
   * @param columns whose text `search` may stand in, in any case
   */
  async listAdded(
    transaction: Transaction,
    dataSetId: string,
    {
      columns,
      search,
      sort,
      isAscending,
      skip,
      take,
    }: {
      columns: readonly string[];
      search: string | undefined;
      sort: string | undefined;
      isAscending: boolean;
      skip: number;
      take: number;
    },
  ): Promise<Record<string, unknown>[]> {
    const holds = columns.map((column) => Prisma.sql`strpos(lower(row ->> ${column}), lower(${search ?? ''})) > 0`);
    const found = search ? Prisma.sql`AND (${Prisma.join(holds, ' OR ')})` : Prisma.empty;
    const direction = isAscending ? Prisma.sql`ASC` : Prisma.sql`DESC`;
    const by = sort ? Prisma.sql`row ->> ${sort} ${direction} NULLS LAST,` : Prisma.empty;
    const rows = await transaction.$queryRaw<{ row: Record<string, unknown> }[]>`
      SELECT row FROM added_rows WHERE data_set_id = ${dataSetId}::uuid ${found} ORDER BY ${by} id ${direction} LIMIT ${take} OFFSET ${skip}`;
    return rows.map(({ row }) => row);
  }

  /** Requires a system transaction. */
  async readClaimed(transaction: Transaction, claim: Claim): Promise<ClaimedImport> {
    const { tenantId, id } = claim;
    const row = await transaction.import.findUniqueOrThrow({
      where: { tenantId_id: { tenantId, id } },
      include: {
        dataSet: { select: { kind: true, projectId: true, currentImportId: true, columnMapping: true, formats: true } },
      },
    });
    const { dataSetId, uploadKey, mode, dataSet, provenance } = row;
    const { currentImportId: currentId } = dataSet;
    const current = currentId && (await transaction.import.findFirst({ where: { tenantId, id: currentId } }));
    const base = current
      ? { importId: current.id, contentKey: current.contentKey!, provenance: current.provenance }
      : null;
    const erasedUserIds = await this.findErasedUsers(transaction, tenantId, dataSet.projectId);
    const partKeys = await this.listPartKeys(transaction, tenantId, id);
    const columnMapping = row.columnMapping as ColumnMapping;
    const kind = dataSet.kind as KindKey;
    const { projectId } = dataSet;
    const keptMapping = dataSet.columnMapping as ColumnMapping;
    const formats = { ...(dataSet.formats as FileFormats), ...(row.formats as FileFormats) };
    const file = { uploadKey, partKeys, mode, base, columnMapping, keptMapping, formats, provenance };
    return { ...claim, projectId, dataSetId, kind, ...file, erasedUserIds };
  }

  /** Of an import's file that came in pieces, these in their order; else none. */
  async listPartKeys(transaction: Transaction, tenantId: string, importId: string): Promise<string[]> {
    const upload = await transaction.upload.findFirst({
      where: { tenantId, importId },
      select: { parts: { orderBy: { offset: 'asc' }, select: { key: true } } },
    });
    return upload?.parts.map(({ key }) => key) ?? [];
  }

  /** Those of a project's people who are being erased. */
  async findErasedUsers(transaction: Transaction, tenantId: string, projectId: string): Promise<string[]> {
    const where = { tenantId, projectId, completedAt: null };
    const erasures = await transaction.erasure.findMany({ where, select: { userId: true } });
    return erasures.map(({ userId }) => userId!);
  }

  /** Whether the data set still holds what it held when the import was claimed; nothing else can change that before the transaction ends. */
  async isOnBase(transaction: Transaction, { dataSetId, base }: ClaimedImport): Promise<boolean> {
    const [row] = await transaction.$queryRaw<{ id: string | null }[]>`
      SELECT current_import_id::text AS id FROM data_sets WHERE id = ${dataSetId}::uuid FOR UPDATE`;
    return row?.id === (base?.importId ?? null);
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
        provenance: provenanceOf(claimed),
        finishedAt: new Date(),
        contentKey,
        contentBytes: content.bytes,
        contentSha256: content.sha256,
        rowsHeld: content.rowsHeld,
        ...countsOf(content),
        statistics: content.statistics,
      },
    });
    if (count === 0) return false;
    await keepRejected(transaction, claimed, content.rejectedRows);
    // A slow import must not undo a later upload that finished before it; ids are in order of creation. What adds rows undoes nothing.
    const isLater = { OR: [{ currentImportId: null }, { currentImportId: { lt: claimed.id } }] };
    await transaction.dataSet.updateMany({
      where: { id: claimed.dataSetId, ...(claimed.mode === 'replace' && isLater) },
      data: {
        currentImportId: claimed.id,
        ...keptFor(claimed),
        // With rows of the customer's own it is the sample no more, which may then be added again.
        ...(claimed.provenance !== 'sample' && { sample: null }),
      },
    });
    return true;
  }

  /** The data set's rows are those of the import from now on. */
  async restore(transaction: Transaction, dataSetId: string, importId: string): Promise<void> {
    await transaction.dataSet.updateMany({ where: { id: dataSetId }, data: { currentImportId: importId } });
  }

  /** Says how far a running import has come; nothing where the claim was lost meanwhile. */
  async reportProgress(transaction: Transaction, { id, attempt }: Claim, progress: ImportProgress): Promise<void> {
    await transaction.import.updateMany({ where: { id, attempt, status: 'running' }, data: { progress } });
  }

  /** False when it had ended before. */
  async cancelImport(transaction: Transaction, id: string): Promise<boolean> {
    const { count } = await transaction.import.updateMany({
      where: { id, status: { in: ['queued', 'running'] } },
      data: { status: 'cancelled', finishedAt: new Date() },
    });
    return count === 1;
  }

  /** False when the claim was lost meanwhile. */
  async failImport(
    transaction: Transaction,
    { tenantId, id, attempt }: Claim,
    failureReason: string,
    content?: Content,
  ): Promise<boolean> {
    const { count } = await transaction.import.updateMany({
      where: { id, attempt, status: { in: ['queued', 'running'] } },
      data: { status: 'failed', finishedAt: new Date(), failureReason, ...(content && countsOf(content)) },
    });
    if (count === 1 && content) await keepRejected(transaction, { id, tenantId }, content.rejectedRows);
    return count === 1;
  }

  /** Every content that is kept of the project's data sets about people, that of earlier imports among them. */
  async listContents(transaction: Transaction, projectId: string): Promise<StoredContent[]> {
    const rows = await transaction.import.findMany({
      where: { status: 'succeeded', dataSet: { projectId, kind: { in: kindsWhere(({ person }) => person) } } },
      select: { id: true, contentKey: true, dataSet: { select: { kind: true } } },
    });
    return rows.map(({ id, contentKey, dataSet }) => ({
      importId: id,
      contentKey: contentKey!,
      dataSetKind: dataSet.kind as KindKey,
    }));
  }

  /** Puts content without a person in place of what held them; false where something else has meanwhile. */
  async replaceContent(
    transaction: Transaction,
    { importId, contentKey }: StoredContent,
    content: { contentKey: string; contentBytes: number; sha256: string; rows: number; statistics: object },
  ): Promise<boolean> {
    // How many of those were the file's that added them nobody knows any more, but no more than are held.
    const count = await transaction.$executeRaw`
      UPDATE imports SET content_key = ${content.contentKey}, content_bytes = ${content.contentBytes}, content_sha256 = ${content.sha256},
        rows_held = ${content.rows}, rows_accepted = least(rows_accepted, ${content.rows}), statistics = ${JSON.stringify(content.statistics)}::jsonb
      WHERE id = ${importId}::uuid AND content_key = ${contentKey}`;
    return count === 1;
  }
}

/** A page of data sets must stay below what an answer may hold; the data set itself shows them all. */
function withFewErrors(dataSet: DataSet): DataSet {
  const few = (one: Import | null) => one && fewErrors(one);
  return { ...dataSet, currentImport: few(dataSet.currentImport), latestImport: few(dataSet.latestImport) };
}

const fewErrors = (one: Import): Import => ({ ...one, errors: one.errors.slice(0, LISTED_ERRORS) });

/** Of all rows that it holds then: those that are added make made-up ones no more real, nor the other way round. */
function provenanceOf({ mode, base, provenance }: ClaimedImport): Provenance {
  const held = mode === 'append' && base ? base.provenance : provenance;
  const order = provenanceSchema.options;
  return order.indexOf(held) > order.indexOf(provenance) ? held : provenance;
}

function countsOf({ rowsAccepted, rowsRejected, errors, rejections }: Content) {
  return { rowsAccepted, rowsRejected, errors, rejections };
}

/** What holds for the next file too: its encoding and delimiter it shows itself. */
function keptFor({ keptMapping, columnMapping, formats: { decimal, dates } }: ClaimedImport) {
  return { columnMapping: { ...keptMapping, ...columnMapping }, formats: { decimal, dates } };
}

function toDataSet(row: DataSetRow, current: ImportRow | null): DataSet {
  const { id, projectId, name, kind, createdAt, imports, liveCount, _count } = row;
  return {
    id,
    projectId,
    name,
    kind: kind as KindKey,
    createdAt: createdAt.toISOString(),
    columnMapping: row.columnMapping as Record<string, string>,
    provenance: current && current.provenance,
    sample: row.sample === null ? null : describeSample(row.sample),
    addedRows: _count.addedRows + Number(liveCount?.rows ?? 0),
    currentImport: current && toImport(current),
    latestImport: imports[0] ? toImport(imports[0]) : null,
  };
}

function toImport(row: ImportRow): Import {
  const { id, dataSetId, status, mode, provenance, failureReason, contentSha256 } = row;
  const rowsHeld = status === 'succeeded' ? (row.rowsHeld ?? row.rowsAccepted) : null;
  return {
    id,
    dataSetId,
    status,
    mode,
    provenance,
    rowsAccepted: row.rowsAccepted === null ? null : Number(row.rowsAccepted),
    rowsRejected: row.rowsRejected === null ? null : Number(row.rowsRejected),
    rowsHeld: rowsHeld === null ? null : Number(rowsHeld),
    contentSha256,
    progress: status === 'running' ? storedProgressSchema.parse(row.progress) : null,
    errors: importSchema.shape.errors.parse(row.errors),
    rejections: importSchema.shape.rejections.parse(row.rejections),
    statistics: importSchema.shape.statistics.parse(row.statistics),
    failureReason,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
