import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { RequestLogRepository } from './request-log.repository.js';
import type { RequestLogEntry, RequestLogFilter, RequestLogQuery } from './request-log.schema.js';

const EXPORT_ROWS_MAX = 100_000;
const EXPORT_PAGE_ROWS = 1_000;

@Injectable()
export class RequestLogService {
  constructor(
    private readonly database: Database,
    private readonly repository: RequestLogRepository,
  ) {}

  async list(tenantId: string, { limit, cursor, ...filter }: RequestLogQuery) {
    return toPage(await this.read(tenantId, filter, { limit, cursor }), { limit });
  }

  /** Newest first, page by page, so that neither a transaction nor memory lasts as long as the download. */
  async *export(tenantId: string, filter: RequestLogFilter): AsyncGenerator<RequestLogEntry> {
    let cursor: string | undefined;
    for (let rows = 0; rows < EXPORT_ROWS_MAX; rows += EXPORT_PAGE_ROWS) {
      const query = { limit: EXPORT_PAGE_ROWS, cursor };
      const { data, nextCursor } = toPage(await this.read(tenantId, filter, query), query);
      yield* data;
      if (nextCursor === null) return;
      cursor = nextCursor;
    }
  }

  private read(tenantId: string, filter: RequestLogFilter, page: PageQuery): Promise<RequestLogEntry[]> {
    return this.database.tenant(tenantId, (transaction) => this.repository.list(transaction, filter, page));
  }
}
