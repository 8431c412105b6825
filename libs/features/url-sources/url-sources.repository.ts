import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { Claim, LeasedTable } from '../../platform/queue/leased-rows.js';
import type { UploadQuery } from '../data-sets/index.js';
import type { UrlSource } from './url-sources.schema.js';

/** What a worker needs of a source that it claimed. */
export interface ClaimedSource extends Claim {
  dataSet: { id: string; projectId: string; kind: string };
  address: string;
  sealed: Uint8Array;
  interval: UrlSource['interval'];
  query: UploadQuery;
  etag: string | null;
  lastModified: string | null;
  failures: number;
  /** What became of the latest import that was made of it; null where there is none any more. */
  lastImportStatus: string | null;
}

/** What came of one run. */
export interface Outcome {
  result: NonNullable<UrlSource['lastRun']>['result'];
  error: string | null;
  /** The import that was made, with what the server says of its file. */
  made?: { importId: string; etag: string | null; lastModified: string | null };
  failures: number;
  /** Until the next one; null where none is to follow. */
  waitSeconds: number | null;
  isPaused: boolean;
}

/** Fetched for one organization at a time, over all workers. */
const ORGANIZATION_FETCHES_MAX = 2;

export const URL_SOURCES: LeasedTable = {
  name: 'url_sources',
  lock: 0x75726c73,
  isOpen: 'next_attempt_at IS NOT NULL',
  due: 'next_attempt_at',
};

/** At most $1 that are due, of each organization few at a time; none whose latest import is still on its way, so that imports of one source keep their order. */
export const NEXT_SOURCES = `
  WITH due AS (
    SELECT source.tenant_id, source.id, source.next_attempt_at,
      row_number() OVER (PARTITION BY source.tenant_id ORDER BY source.next_attempt_at)
        + (SELECT count(*) FROM url_sources busy WHERE busy.tenant_id = source.tenant_id AND busy.lease_expires_at IS NOT NULL) AS place
    FROM url_sources source
    JOIN organizations ON organizations.id = source.tenant_id AND organizations.suspended_at IS NULL
    WHERE source.next_attempt_at <= now() AND source.lease_expires_at IS NULL
      AND NOT EXISTS (SELECT FROM imports WHERE imports.tenant_id = source.tenant_id
        AND imports.id = source.last_import_id AND status IN ('queued', 'running')))
  SELECT tenant_id, id FROM due WHERE place <= ${ORGANIZATION_FETCHES_MAX} ORDER BY place, next_attempt_at LIMIT $1`;

@Injectable()
export class UrlSourcesRepository {
  /** Counts while no other call can add one. */
  async countLocked(transaction: Transaction, tenantId: string): Promise<number> {
    await transaction.$queryRaw`SELECT FROM organizations WHERE id = ${tenantId}::uuid FOR NO KEY UPDATE`;
    return transaction.urlSource.count();
  }

  async create(
    transaction: Transaction,
    row: Pick<Prisma.UrlSourceUncheckedCreateInput, 'tenantId' | 'id' | 'dataSetId' | 'address' | 'interval'> & {
      sealed: Uint8Array<ArrayBuffer>;
      query: UploadQuery;
    },
  ): Promise<UrlSource> {
    return toSource(await transaction.urlSource.create({ data: row }));
  }

  async list(transaction: Transaction, dataSetId: string, query: PageQuery): Promise<UrlSource[]> {
    const page = pageArguments(query);
    const rows = await transaction.urlSource.findMany({ ...page, where: { ...page.where, dataSetId } });
    return rows.map(toSource);
  }

  async find(transaction: Transaction, dataSetId: string, id: string): Promise<UrlSource | null> {
    const row = await transaction.urlSource.findFirst({ where: { id, dataSetId } });
    return row && toSource(row);
  }

  /** It is due at once, whatever came before; one that is being fetched is left to end. */
  async runNow(transaction: Transaction, id: string): Promise<void> {
    await transaction.$executeRaw`
      UPDATE url_sources SET next_attempt_at = now(), paused_at = NULL, failures = 0, losses = 0 WHERE id = ${id}::uuid`;
  }

  async delete(transaction: Transaction, id: string): Promise<void> {
    await transaction.urlSource.deleteMany({ where: { id } });
  }

  /** Requires a system transaction. */
  async readClaimed(transaction: Transaction, claim: Claim): Promise<ClaimedSource> {
    const { tenantId, id } = claim;
    const row = await transaction.urlSource.findUniqueOrThrow({
      where: { tenantId_id: { tenantId, id } },
      include: { dataSet: { select: { id: true, projectId: true, kind: true } } },
    });
    const { dataSet, address, sealed, interval, etag, lastModified, failures, lastImportId } = row;
    const last = lastImportId && (await transaction.import.findFirst({ where: { tenantId, id: lastImportId } }));
    const file = { address, sealed, interval, query: row.query as UploadQuery, etag, lastModified };
    return { ...claim, dataSet, ...file, failures, lastImportStatus: last ? last.status : null };
  }

  /** Writes down what came of a run; false when the claim was lost meanwhile. */
  async finish(transaction: Transaction, { id, attempt }: Claim, outcome: Outcome): Promise<boolean> {
    const { result, error, made, failures, waitSeconds, isPaused } = outcome;
    const count = await transaction.$executeRaw`
      UPDATE url_sources SET lease_expires_at = NULL, losses = 0, last_run_at = now(), last_result = ${result}::url_source_result,
        last_error = ${error}, failures = ${failures}, paused_at = CASE WHEN ${isPaused} THEN now() END,
        next_attempt_at = now() + make_interval(secs => ${waitSeconds}::float8),
        last_import_id = coalesce(${made?.importId ?? null}::uuid, last_import_id),
        etag = CASE WHEN ${made !== undefined} THEN ${made?.etag ?? null} ELSE etag END,
        last_modified = CASE WHEN ${made !== undefined} THEN ${made?.lastModified ?? null} ELSE last_modified END
      WHERE id = ${id}::uuid AND attempt = ${attempt} AND next_attempt_at IS NOT NULL`;
    return count === 1;
  }
}

function toSource(row: Prisma.UrlSourceGetPayload<object>): UrlSource {
  return {
    id: row.id,
    dataSetId: row.dataSetId,
    url: row.address,
    interval: row.interval,
    query: row.query as UrlSource['query'],
    createdAt: row.createdAt.toISOString(),
    nextRunAt: row.nextAttemptAt?.toISOString() ?? null,
    isRunning: row.leaseExpiresAt !== null,
    pausedAt: row.pausedAt?.toISOString() ?? null,
    failures: row.failures,
    lastRun: row.lastRunAt && {
      at: row.lastRunAt.toISOString(),
      result: row.lastResult!,
      error: row.lastError,
    },
    lastImportId: row.lastImportId,
  };
}
