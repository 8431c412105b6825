import type { DuckDBConnection } from '@duckdb/node-api';
import { Injectable } from '@nestjs/common';
import { findKind } from '../../models/kinds/kinds.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound, Problem } from '../../platform/errors/problem.js';
import { quoteName, quoteText } from '../../platform/tables/tables.js';
import { ContentTables, DataSetsService, LearntRows, LiveInteractionsRepository, rowsOf } from '../data-sets/index.js';
import { parseUserId } from './end-users.service.js';
import { ErasedUsers } from './erased-users.js';
import type { History, HistoryQuery, KnownUsers, KnownUsersQuery } from './histories.schema.js';

const ORDERS = {
  random: 'random()',
  busiest: 'rows DESC, id',
  newest: 'first DESC NULLS LAST, id',
} satisfies Record<KnownUsersQuery['order'], string>;

/** Read beyond what is asked for, as some may be about to be erased. */
const SPARE_USERS = 50;

/** What a data set tells of people's doings: of every kind that has a history, whatever it is about. */
@Injectable()
export class HistoriesService {
  constructor(
    private readonly database: Database,
    private readonly dataSets: DataSetsService,
    private readonly erased: ErasedUsers,
    private readonly contents: ContentTables,
    private readonly learnt: LearntRows,
    private readonly live: LiveInteractionsRepository,
  ) {}

  async list(
    tenantId: string,
    projectId: string,
    dataSetId: string,
    { order, limit }: KnownUsersQuery,
  ): Promise<KnownUsers> {
    const { found, person, time } = await this.database.tenant(tenantId, (transaction) =>
      this.requireHistory(transaction, projectId, dataSetId),
    );
    const users = await this.learnt.look(tenantId, [found], (connection, [table]) =>
      rowsOf(
        connection,
        `SELECT ${quoteName(person)} AS id, count(*)::INTEGER AS rows, min(${quoteName(time)}) AS first, max(${quoteName(time)}) AS last
           FROM (${table}) GROUP BY 1 ORDER BY ${ORDERS[order]} LIMIT ${limit + SPARE_USERS}`,
      ),
    );
    const data: KnownUsers['data'] = [];
    for (const { id, rows, first, last } of users) {
      if (data.length === limit) break;
      const userId = String(id);
      if (await this.erased.has(tenantId, projectId, userId)) continue;
      data.push({ userId, rows: Number(rows), firstAt: toTime(first), lastAt: toTime(last) });
    }
    return { data };
  }

  /** @throws Problem 404 for a user whom the data set does not hold, or who is being erased */
  async get(
    tenantId: string,
    projectId: string,
    dataSetId: string,
    user: string,
    { limit, describedBy }: HistoryQuery,
  ): Promise<History> {
    const userId = parseUserId(user);
    const { found, person, time, thing, descriptions } = await this.database.tenant(tenantId, async (transaction) => {
      const history = await this.requireHistory(transaction, projectId, dataSetId);
      const describing =
        describedBy && (await this.requireKind(transaction, projectId, describedBy, history.describedBy));
      return { ...history, descriptions: describing || undefined };
    });
    if (await this.erased.has(tenantId, projectId, userId)) throw notFound('user', userId);
    const wanted = { tenantId, dataSetId: found.dataSet.id, userId, most: limit };
    const live = await this.database.tenantSql(tenantId, (sql) => this.live.findOfUser(sql, wanted));
    const keys = [found.content?.contentKey, descriptions].filter((key) => key !== undefined);
    return this.contents.look(tenantId, keys, async (connection, tables) => {
      const table = found.content ? tables[0] : undefined;
      const described = descriptions ? tables.at(-1) : undefined;
      const theirs = `FROM ${table} WHERE ${quoteName(person)} = ${quoteText(userId)}`;
      const [counted] = table ? await rowsOf(connection, `SELECT count(*)::INTEGER AS rows ${theirs}`) : [];
      const rows = Number(counted?.['rows'] ?? 0) + live.rows;
      if (rows === 0) throw notFound('user', userId);
      const ofFile = table
        ? await rowsOf(connection, `SELECT * ${theirs} ORDER BY ${quoteName(time)} DESC NULLS LAST LIMIT ${limit}`)
        : [];
      const timeOf = (row: Record<string, unknown>) => Number(row[time] ?? -Infinity);
      const latest = [...live.latest, ...ofFile].toSorted((one, other) => timeOf(other) - timeOf(one)).slice(0, limit);
      const ids = [...new Set(latest.map((row) => String(row[thing])))];
      const attributes = described ? await attributesOf(connection, described, thing, ids) : undefined;
      return {
        userId,
        rows,
        latest: latest.map((row) => {
          const known = attributes?.get(String(row[thing]));
          return { row, ...(known && { attributes: known }) };
        }),
      };
    });
  }

  /** The rows of a data set, and in which columns they tell of people. */
  private async requireHistory(transaction: Transaction, projectId: string, dataSetId: string) {
    const found = await this.learnt.find(transaction, projectId, dataSetId);
    const { person, history } = findKind(found.dataSet.kind) ?? {};
    if (!person || !history) throw noHistory(found.dataSet.kind);
    return { found, person, ...history };
  }

  private async requireKind(transaction: Transaction, projectId: string, dataSetId: string, kind: string) {
    const dataSet = await this.dataSets.require(transaction, projectId, dataSetId);
    if (dataSet.kind !== kind) throw doesNotDescribe(dataSet.kind, kind);
    const { currentImport } = dataSet;
    const content = currentImport && (await this.dataSets.findContent(transaction, currentImport.id));
    return content?.contentKey;
  }
}

/** By id; of what nothing is known there is nothing. */
async function attributesOf(
  connection: DuckDBConnection,
  table: string,
  idColumn: string,
  ids: string[],
): Promise<Map<string, Record<string, string>>> {
  const rows = await rowsOf(
    connection,
    `SELECT * FROM ${table} WHERE ${quoteName(idColumn)} IN (${ids.map(quoteText).join(', ')})`,
  );
  return new Map(
    rows.map(({ [idColumn]: id, ...row }) => {
      const known = Object.entries(row).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]));
      return [String(id), Object.fromEntries(known) as Record<string, string>];
    }),
  );
}

/** @param seconds since 1970; null where there is no time, or none that a calendar shows */
function toTime(seconds: unknown): string | null {
  const date = new Date(1_000 * Number(seconds ?? Number.NaN));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

const noHistory = (kind: string) =>
  new Problem(
    409,
    'no_history',
    `Rows of the kind ${kind} do not tell what people did. Ask of a data set of interactions.`,
  );

const doesNotDescribe = (kind: string, wanted: string) =>
  new Problem(409, 'wrong_kind', `describedBy names a data set of ${kind}: give one of ${wanted}.`);
