import type { DuckDBConnection } from '@duckdb/node-api';
import { Injectable } from '@nestjs/common';
import type { Kind, Statistic, Statistics } from '../../models/kinds/kind.js';
import { findKind } from '../../models/kinds/kinds.js';
import { judgeAll } from '../../models/kinds/verdict.js';
import { type Principal, requirePermission } from '../../platform/access/principal.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { quoteName, quoteText } from '../../platform/tables/tables.js';
import { ContentTables, rowsOf, withPlaces } from './content-tables.js';
import { countsNothing, noSuchSort, unknownKind } from './data-sets.errors.js';
import { DataSetsRepository, type ImportedContent } from './data-sets.repository.js';
import type { DataSet } from './data-sets.schema.js';
import { countOf, type FoundRows, LearntRows } from './learnt-rows.service.js';
import { LiveInteractionsRepository } from './live-interactions.repository.js';
import type { Quality, Rows, RowsQuery } from './rows.schema.js';
import { type SentRow, SingleRowsRepository } from './single-rows.repository.js';
import { readStatistics } from './statistics.js';

const PLACE = 'file_row_number';
/** Where a row comes among those that were asked for, from 0; no column is called so. */
const TURN = '\0turn';
/** Rows of a file of which is asked at once which of them others stand in for. */
const ASKED_AT_ONCE = 2_000;
/** Data sets in which things are looked up at most, the latest first. */
const DESCRIBING = 10;

/** Looks into what a data set holds, within bounds of time and memory. */
@Injectable()
export class RowsService {
  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
    private readonly contents: ContentTables,
    private readonly clock: Clock,
    private readonly learnt: LearntRows,
    private readonly live: LiveInteractionsRepository,
    private readonly single: SingleRowsRepository,
  ) {}

  /** @throws Problem 403 where the rows name people, whom the caller may not see */
  async list(principal: Principal, projectId: string, dataSetId: string, query: RowsQuery): Promise<Rows> {
    const { tenantId } = principal;
    const { dataSet, content, kind, counting, erased, isReplacing, sent } = await this.database.tenant(
      tenantId,
      async (transaction) => {
        const found = await this.requireContent(transaction, projectId, dataSetId);
        if (found.kind.person) requirePermission(principal, 'end-users:read');
        const hasSent = found.kind.identity !== undefined && found.dataSet.addedRows > 0;
        return {
          ...found,
          isReplacing: hasSent,
          sent: hasSent ? await this.listSent(transaction, dataSetId, found.content, query) : [],
          counting: query.countedBy
            ? await this.requireCounting(transaction, projectId, query.countedBy, found.kind)
            : undefined,
          erased: found.kind.person ? await this.repository.findErasedUsers(transaction, tenantId, projectId) : [],
        };
      },
    );
    // Rows with an id are one list, in which those of the file that others stand in for are passed over.
    if (!kind.identity && (query.part ?? (content ? 'file' : 'added')) === 'added')
      return this.listAdded(tenantId, dataSet, kind, erased, query);
    const skipped = content?.rows ?? 0;
    if (!content || (query.cursor ?? 0) > skipped) return pageOfSent(kind, erased, sent, query, skipped);
    const keys = [content.contentKey, ...(counting?.content ? [counting.content.contentKey] : [])];
    return this.contents.look(tenantId, keys, async (connection, [table, counted]) => {
      const columns = query.sort || query.search ? await columnsOf(connection, table!) : [];
      if (query.sort && !columns.includes(query.sort)) throw noSuchSort(query.sort, columns);
      const conditions = [
        ...(query.sort ? [] : [`${PLACE} >= ${query.cursor ?? 0}`]),
        ...(query.search ? [matches(kind, columns, query.search)] : []),
        ...(erased.length > 0 ? [`${quoteName(kind.person!)} NOT IN (${erased.map(quoteText).join(', ')})`] : []),
      ];
      const from = withPlaces(table!);
      const wanted = `${from} WHERE ${conditions.join(' AND ') || 'true'} ORDER BY ${orderOf(query)}`;
      const skip = query.sort ? (query.cursor ?? 0) : 0;
      const found = isReplacing
        ? await this.readOthers(
            connection,
            { from, wanted, skip },
            { tenantId, dataSetId, identity: kind.identity! },
            query,
          )
        : await rowsOf(connection, `SELECT * FROM ${wanted} LIMIT ${query.limit + 1} OFFSET ${skip}`);
      const page = found.slice(0, query.limit);
      const counts = counting && (await this.countThings(connection, tenantId, counting, counted, kind, page));
      const last = Number(page.at(-1)?.[PLACE]);
      const isEnd = found.length <= query.limit;
      const room = query.limit - page.length;
      const more = isEnd && room > 0 ? pageOfSent(kind, erased, sent, { ...query, limit: room }, skipped) : null;
      const rows = page.map(({ [PLACE]: place, [TURN]: _turn, ...values }) => ({
        place: Number(place) + 1,
        values,
        ...(counts && { interactions: counts.get(String(values[kind.identity!])) ?? 0 }),
      }));
      if (more) return { data: [...rows, ...more.data], nextCursor: more.nextCursor };
      // Rows that were sent by themselves come after those of the file, in whichever order those are.
      const atEnd = sent.length > 0 ? String(skipped + 1) : null;
      const following = query.sort ? Number(found.at(-1)?.[TURN] ?? skip + query.limit) : last + 1;
      return { data: rows, nextCursor: isEnd ? atEnd : String(following) };
    });
  }

  /**
   * Of rows with an id, one more than a page of those of the file that none stands in for which was sent by itself.
   *
   * @param wanted SQL after FROM, which is `from` with conditions and an order; of that so many are skipped
   * @returns each with its place, and among what was asked for, from 0, with its {@link TURN}
   */
  private async readOthers(
    connection: DuckDBConnection,
    { from, wanted, skip }: { from: string; wanted: string; skip: number },
    { tenantId, dataSetId, identity }: { tenantId: string; dataSetId: string; identity: string },
    { limit }: RowsQuery,
  ): Promise<Record<string, unknown>[]> {
    const turns = new Map<number, number>();
    for (let first = skip, isEnd = false; !isEnd && turns.size <= limit; first += ASKED_AT_ONCE) {
      const next = await rowsOf(
        connection,
        `SELECT ${PLACE}, ${quoteName(identity)} AS id FROM ${wanted} LIMIT ${ASKED_AT_ONCE} OFFSET ${first}`,
      );
      const ids = next.map(({ id }) => String(id));
      const replaced = new Set(
        await this.database.tenant(tenantId, (transaction) => this.single.listReplaced(transaction, dataSetId, ids)),
      );
      for (const [index, id] of ids.entries())
        if (!replaced.has(id) && turns.size <= limit) turns.set(Number(next[index]![PLACE]), first + index);
      isEnd = next.length < ASKED_AT_ONCE;
    }
    if (turns.size === 0) return [];
    const rows = await rowsOf(connection, `SELECT * FROM ${from} WHERE ${PLACE} IN (${[...turns.keys()].join(', ')})`);
    return rows
      .map((row) => ({ ...row, [TURN]: turns.get(Number(row[PLACE]))! }))
      .toSorted((one, other) => one[TURN] - other[TURN]);
  }

  /** Rows that came by themselves, such as events, the newest first unless they are asked for by a column. */
  private async listAdded(
    tenantId: string,
    { id: dataSetId }: DataSet,
    kind: Kind,
    erased: readonly string[],
    { cursor: skip = 0, limit, search, sort, order }: RowsQuery,
  ): Promise<Rows> {
    const columns = Object.keys(kind.columns);
    if (sort && !columns.includes(sort)) throw noSuchSort(sort, columns);
    const asked = { search, isAscending: order === 'asc' && sort !== undefined, skip, take: limit + 1 };
    const found = await this.contents.turn(tenantId, () => {
      if (!kind.isLive)
        return this.database.tenant(tenantId, (transaction) =>
          this.repository.listAdded(transaction, dataSetId, { ...asked, sort, columns: searched(kind) }),
        );
      const by = sort ?? kind.history!.time;
      return this.database.tenantSql(tenantId, (sql) =>
        this.live.list(sql, { ...asked, tenantId, dataSetId, without: erased, sort: by }),
      );
    });
    return {
      data: found.slice(0, limit).map((values, index) => ({ place: skip + index + 1, values })),
      nextCursor: found.length > limit ? String(skip + limit) : null,
    };
  }

  /** How often each of the things on a page occurs among the rows of what people did, those that came by themselves among them. */
  private async countThings(
    connection: DuckDBConnection,
    tenantId: string,
    { dataSet, content }: FoundRows,
    table: string | undefined,
    kind: Kind,
    page: Record<string, unknown>[],
  ): Promise<Map<string, number>> {
    const counts = content && table ? await countOfThings(connection, table, kind, page) : new Map<string, number>();
    if (dataSet.addedRows === 0 || page.length === 0) return counts;
    const ids = page.map((row) => String(row[kind.identity!]));
    const live = await this.database.tenantSql(tenantId, (sql) =>
      this.live.countOfItems(sql, tenantId, dataSet.id, ids),
    );
    for (const [id, many] of live) counts.set(id, many + (counts.get(id) ?? 0));
    return counts;
  }

  /** Of rows with an id, those sent by themselves that come next. */
  private listSent(
    transaction: Transaction,
    dataSetId: string,
    content: ImportedContent | null,
    { cursor = 0, limit, search }: RowsQuery,
  ) {
    const skip = Math.max(0, cursor - (content?.rows ?? 0) - 1);
    return this.single.list(transaction, dataSetId, { search, skip, take: limit + 1 });
  }

  /**
   * What is known of all rows that a model would learn from; things that they name are looked up in what describes such in the project.
   *
   * @throws Problem 503 where they are too many to be looked at while somebody waits
   */
  async quality(tenantId: string, projectId: string, dataSetId: string): Promise<Quality> {
    const { dataSet, content, kind, describing } = await this.database.tenant(tenantId, async (transaction) => {
      const found = await this.requireContent(transaction, projectId, dataSetId);
      const describedBy = found.kind.history?.describedBy;
      const ids = describedBy ? await this.repository.listFilled(transaction, projectId, describedBy, DESCRIBING) : [];
      const things: FoundRows[] = [];
      for (const id of ids) things.push(await this.learnt.find(transaction, projectId, id));
      return { ...found, describing: things };
    });
    if (!content && dataSet.addedRows === 0)
      return { verdict: null, findings: [], rows: 0, statistics: {}, report: {}, distributions: {} };
    const wanted = Object.entries(kind.report ?? {}).filter(
      ([, { needsDescribed }]) => !needsDescribed || describing.length > 0,
    );
    return this.learnt.look(tenantId, [{ dataSet, content }, ...describing], async (connection, [table, ...others]) => {
      await connection.run(`CREATE TEMP VIEW accepted AS ${table}`);
      await connection.run(`SET VARIABLE now = ${this.clock.now().getTime() / 1_000}`);
      if (others.length > 0) {
        const things = others.map((other) => `SELECT ${quoteName(kind.history!.thing)} FROM (${other})`);
        await connection.run(`CREATE TEMP VIEW described AS ${things.join(' UNION ')}`);
      }
      // What its import has counted is not counted again.
      const isOfFile = content !== null && dataSet.addedRows === 0;
      const rows = isOfFile ? content.rows : await countOf(connection);
      const statistics = isOfFile ? content.statistics : await readStatistics(connection, kind);
      const reported = await readStatistics(connection, { statistics: Object.fromEntries(wanted) });
      const distributions: Quality['distributions'] = {};
      for (const [name, { sql, labels, meaning }] of Object.entries(kind.distributions)) {
        const bars = await rowsOf(connection, sql);
        const shown = bars.map(({ label, count }) => ({ label: String(label), count: Number(count) }));
        distributions[name] = { meaning, labels, bars: shown };
      }
      return {
        ...judgeAll([{ kind, rows, statistics: { ...statistics, ...reported } }]),
        rows,
        statistics: figuresOf(Object.entries(kind.statistics), statistics),
        report: figuresOf(wanted, reported),
        distributions,
      };
    });
  }

  private async requireContent(transaction: Transaction, projectId: string, dataSetId: string) {
    const found = await this.learnt.find(transaction, projectId, dataSetId);
    const kind = findKind(found.dataSet.kind);
    if (!kind) throw unknownKind(found.dataSet.kind);
    return { ...found, kind };
  }

  /** The rows by which things of a kind are counted: those of what people did with them. */
  private async requireCounting(
    transaction: Transaction,
    projectId: string,
    dataSetId: string,
    described: Kind,
  ): Promise<FoundRows> {
    const { kind, ...found } = await this.requireContent(transaction, projectId, dataSetId);
    if (!described.identity || kind.history?.thing !== described.identity) throw countsNothing();
    return found;
  }
}

function figuresOf(statistics: [string, Statistic][], values: Statistics): Quality['statistics'] {
  return Object.fromEntries(
    statistics.map(([name, { meaning, type }]) => [name, { meaning, type, value: values[name] ?? null }]),
  );
}

/** A page of rows that were sent by themselves, which have the places after those of the file. */
function pageOfSent(
  { identity }: Kind,
  erased: readonly string[],
  sent: readonly SentRow[],
  { cursor = 0, limit }: RowsQuery,
  skipped: number,
): Rows {
  const first = Math.max(cursor - 1, skipped);
  const page = sent.slice(0, limit);
  return {
    data: page.flatMap(({ id, attributes }, index) =>
      erased.includes(id) ? [] : [{ place: first + index + 1, values: { [identity!]: id, ...attributes } }],
    ),
    nextCursor: sent.length > limit ? String(first + limit + 1) : null,
  };
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
  const attributes = columns.filter((column) => !Object.hasOwn(kind.columns, column));
  const holding = ids.length > 0 ? attributes : searched(kind);
  const conditions = [
    ...ids.map(([column]) => `starts_with(${quoteName(column)}, ${quoteText(search)})`),
    ...holding.map((column) => `contains(lower(${quoteName(column)}), lower(${quoteText(search)}))`),
  ];
  return `(${conditions.join(' OR ') || 'false'})`;
}

/** Of rows without ids, the columns in whose text something is looked for. */
function searched(kind: Kind): string[] {
  const texts = Object.entries(kind.columns).filter(([, { type }]) => type === 'passage' || type === 'labels');
  return texts.map(([column]) => column);
}

/** How often each of the things on a page occurs among the rows of `table`. */
async function countOfThings(
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
