import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { LogReads } from './log-reads.js';
import { RequestLogRepository } from './request-log.repository.js';
import {
  BUCKETS_MAX,
  KEPT_DAYS,
  type RequestLogEntry,
  type RequestLogEntryDetail,
  type RequestLogFilter,
  type RequestLogHistogram,
  type RequestLogQuery,
} from './request-log.schema.js';

const EXPORT_ROWS_MAX = 100_000;
const EXPORT_PAGE_ROWS = 1_000;

const DAY_MS = 86_400_000;

/** Seconds of a bucket: lengths that a clock shows, so that buckets stay where they are while time goes on. */
const BUCKET_SECONDS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400,
];

@Injectable()
export class RequestLogService {
  constructor(
    private readonly reads: LogReads,
    private readonly repository: RequestLogRepository,
    private readonly clock: Clock,
  ) {}

  async list(tenantId: string, { limit, cursor, ...filter }: RequestLogQuery) {
    const page = { limit, cursor };
    return toPage(await this.reads.read(tenantId, (transaction) => this.repository.list(transaction, filter, page)), {
      limit,
    });
  }

  find(tenantId: string, entryId: string): Promise<RequestLogEntryDetail> {
    return this.reads.read(tenantId, async (transaction) => {
      const entry = await this.repository.find(transaction, parseId('call', entryId));
      if (!entry) throw notFound('call', entryId);
      const since = new Date(this.clock.now().getTime() - DAY_MS);
      const sameError = entry.errorCode ? await this.repository.countErrors(transaction, entry, since) : null;
      return { ...entry, sameError };
    });
  }

  /** From the first call that matches, or `from`, to now, or `to`. */
  histogram(tenantId: string, filter: RequestLogFilter): Promise<RequestLogHistogram> {
    return this.reads.read(tenantId, async (transaction) => {
      const nowMs = this.clock.now().getTime();
      const first = filter.from ?? (await this.repository.firstAt(transaction, filter));
      const fromMs = Math.max(first?.getTime() ?? nowMs, nowMs - KEPT_DAYS * DAY_MS);
      const toMs = Math.min(filter.to?.getTime() ?? nowMs + 1, nowMs + 1);
      const bucketSeconds = BUCKET_SECONDS.find((seconds) => countBuckets(fromMs, toMs, seconds) <= BUCKETS_MAX)!;
      const range = { ...filter, from: new Date(fromMs), to: new Date(toMs) };
      const rows = await this.repository.countByBucket(transaction, range, bucketSeconds);
      if (rows.length === 0) return { bucketSeconds, data: [] };
      const byBucket = new Map(rows.map(({ bucket, ...counts }) => [bucket, counts]));
      const firstBucket = Math.floor(fromMs / 1000 / bucketSeconds);
      const data = Array.from({ length: countBuckets(fromMs, toMs, bucketSeconds) }, (_, index) => ({
        from: new Date((firstBucket + index) * bucketSeconds * 1000).toISOString(),
        ...(byBucket.get(firstBucket + index) ?? { '2xx': 0, '4xx': 0, '5xx': 0 }),
      }));
      return { bucketSeconds, data };
    });
  }

  /** Writes down that it is exported, before anything of it leaves. */
  noteExport(tenantId: string): Promise<void> {
    return this.reads.read(tenantId, (transaction) =>
      audit(transaction, tenantId, 'organization.request_log_exported', tenantId),
    );
  }

  /** Newest first, page by page, so that neither a transaction nor memory lasts as long as the download. */
  async *export(tenantId: string, filter: RequestLogFilter): AsyncGenerator<RequestLogEntry> {
    let cursor: string | undefined;
    for (let rows = 0; rows < EXPORT_ROWS_MAX; rows += EXPORT_PAGE_ROWS) {
      const query = { limit: EXPORT_PAGE_ROWS, cursor };
      const page = await this.reads.readPage(tenantId, (transaction) =>
        this.repository.list(transaction, filter, query),
      );
      const { data, nextCursor } = toPage(page, query);
      yield* data;
      if (nextCursor === null) return;
      cursor = nextCursor;
    }
  }
}

/** How many buckets a time touches, its end exclusive. */
function countBuckets(fromMs: number, toMs: number, seconds: number): number {
  return Math.ceil(toMs / 1000 / seconds) - Math.floor(fromMs / 1000 / seconds);
}
