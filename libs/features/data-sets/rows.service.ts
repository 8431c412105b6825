import type { DuckDBConnection } from '@duckdb/node-api';
import { Injectable } from '@nestjs/common';
import type { Kind } from '../../models/kinds/kind.js';
import { findKind } from '../../models/kinds/kinds.js';
import { type Principal, requirePermission } from '../../platform/access/principal.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { quoteName, quoteText } from '../../platform/tables/tables.js';
import { ContentTables, rowsOf, withPlaces } from './content-tables.js';
import { countsNothing, noSuchSort, unknownKind } from './data-sets.errors.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { DataSetsService } from './data-sets.service.js';
import type { Quality, Rows, RowsQuery } from './rows.schema.js';

const PLACE = 'file_row_number';

/** Looks into what a data set's last import brought, within bounds of time and memory. */
@Injectable()
export class RowsService {
  constructor(
    private readonly database: Database,
    private readonly dataSets: DataSetsService,
    private readonly repository: DataSetsRepository,
    private readonly contents: ContentTables,
  ) {}

  /** @throws Problem 403 where the rows name people, whom the caller may not see */
  async list(principal: Principal, projectId: string, dataSetId: string, query: RowsQuery): Promise<Rows> {
    const { tenantId } = principal;
    const { content, kind, counting, erased } = await this.database.tenant(tenantId, async (transaction) => {
      const found = await this.requireContent(transaction, projectId, dataSetId);
      if (found.kind.person) requirePermission(principal, 'end-users:read');
      return {
        ...found,
        counting: query.countedBy && (await this.requireCounting(transaction, projectId, query.countedBy, found.kind)),
        erased: found.kind.person ? await this.repository.findErasedUsers(transaction, tenantId, projectId) : [],
      };
    });
    if (!content) return { data: [], nextCursor: null };
    const keys = [content.contentKey, ...(counting ? [counting.contentKey] : [])];
    return this.contents.look(tenantId, keys, async (connection, [table, counted]) => {
      const columns = query.sort || query.search ? await columnsOf(connection, table!) : [];
      if (query.sort && !columns.includes(query.sort)) throw noSuchSort(query.sort, columns);
      const conditions = [
        ...(query.sort ? [] : [`${PLACE} >= ${query.cursor ?? 0}`]),
        ...(query.search ? [matches(kind, columns, query.search)] : []),
        ...(erased.length > 0 ? [`${quoteName(kind.person!)} NOT IN (${erased.map(quoteText).join(', ')})`] : []),
      ];
      const found = await rowsOf(
        connection,
        `SELECT * FROM ${withPlaces(table!)} WHERE ${conditions.join(' AND ') || 'true'} ORDER BY ${orderOf(query)} LIMIT ${query.limit + 1} OFFSET ${query.sort ? (query.cursor ?? 0) : 0}`,
      );
      const page = found.slice(0, query.limit);
      const counts = counted ? await countOf(connection, counted, kind, page) : undefined;
      const last = Number(page.at(-1)?.[PLACE]);
      return {
        data: page.map(({ [PLACE]: place, ...values }) => ({
          place: Number(place) + 1,
          values,
          ...(counts && { interactions: counts.get(String(values[kind.identity!])) ?? 0 }),
        })),
        nextCursor:
          found.length > query.limit ? String(query.sort ? (query.cursor ?? 0) + query.limit : last + 1) : null,
      };
    });
  }

  async quality(tenantId: string, projectId: string, dataSetId: string): Promise<Quality> {
    const { content, kind } = await this.database.tenant(tenantId, (transaction) =>
      this.requireContent(transaction, projectId, dataSetId),
    );
    if (!content) return { advice: [], distributions: {} };
    const wanted = Object.entries(kind.distributions);
    const distributions: Quality['distributions'] = {};
    if (wanted.length > 0) {
      await this.contents.look(tenantId, [content.contentKey], async (connection, [table]) => {
        await connection.run(`CREATE TEMP VIEW accepted AS SELECT * FROM ${table}`);
        for (const [name, { sql, labels, meaning }] of wanted) {
          const bars = await rowsOf(connection, sql);
          const shown = bars.map(({ label, count }) => ({ label: String(label), count: Number(count) }));
          distributions[name] = { meaning, labels, bars: shown };
        }
      });
    }
    return { advice: kind.judge(content.rows, content.statistics), distributions };
  }

  private async requireContent(transaction: Transaction, projectId: string, dataSetId: string) {
    const dataSet = await this.dataSets.require(transaction, projectId, dataSetId);
    const kind = findKind(dataSet.kind);
    if (!kind) throw unknownKind(dataSet.kind);
    const { currentImport } = dataSet;
    return { kind, content: currentImport && (await this.dataSets.findContent(transaction, currentImport.id)) };
  }

  /** The rows by which things of a kind are counted: those of what people did with them. */
  private async requireCounting(transaction: Transaction, projectId: string, dataSetId: string, described: Kind) {
    const { content, kind } = await this.requireContent(transaction, projectId, dataSetId);
    if (!described.identity || kind.history?.thing !== described.identity) throw countsNothing();
    return content;
  }
}

/** The columns that the rows have: the kind's, then the attributes. */
async function columnsOf(connection: DuckDBConnection, table: string): Promise<string[]> {
  const rows = await rowsOf(connection, `DESCRIBE SELECT * FROM ${table}`);
  return rows.map((row) => String(row['column_name']));
}

/** Ordered rows are counted off from the first, as their places say nothing of where they come. */
function orderOf({ sort, order }: RowsQuery): string {
  return sort ? `${quoteName(sort)} ${order === 'asc' ? 'ASC' : 'DESC'} NULLS LAST, ${PLACE}` : PLACE;
}

/** The ids begin with what is looked for, or an attribute holds it; of rows without ids, the text does. */
function matches(kind: Kind, columns: string[], search: string): string {
  const ids = Object.entries(kind.columns).filter(([, { type }]) => type === 'id');
  const texts = Object.entries(kind.columns).filter(([, { type }]) => type === 'passage' || type === 'labels');
  const attributes = columns.filter((column) => !Object.hasOwn(kind.columns, column));
  const holding = ids.length > 0 ? attributes : texts.map(([column]) => column);
  const conditions = [
    ...ids.map(([column]) => `starts_with(${quoteName(column)}, ${quoteText(search)})`),
    ...holding.map((column) => `contains(lower(${quoteName(column)}), lower(${quoteText(search)}))`),
  ];
  return `(${conditions.join(' OR ') || 'false'})`;
}

/** How often each of the things on a page occurs among the rows of `table`. */
async function countOf(
  connection: DuckDBConnection,
  table: string,
  { identity }: Kind,
  page: Record<string, unknown>[],
): Promise<Map<string, number>> {
  if (page.length === 0) return new Map();
  const thing = quoteName(identity!);
  const ids = page.map((row) => quoteText(String(row[identity!])));
  const rows = await rowsOf(
    connection,
    `SELECT ${thing} AS id, count(*)::INTEGER AS many FROM ${table} WHERE ${thing} IN (${ids.join(', ')}) GROUP BY 1`,
  );
  return new Map(rows.map(({ id, many }) => [String(id), Number(many)]));
}
