import { Injectable } from '@nestjs/common';
import type { KindKey } from '../../models/kinds/kinds.js';
import type { Sql } from '../../platform/database/database.js';
import { quoteName } from '../../platform/tables/tables.js';

/** An event as it is kept: id, user, item, event type, value, Unix seconds, and the recommendation that it came of. */
export type LiveRow = [
  id: string,
  userId: string,
  itemId: string,
  eventType: string | null,
  value: number | null,
  timestamp: number,
  recommendationId: string | null,
];

/** What somebody did last. */
export interface RecentInteraction {
  itemId: string;
  eventType: string | null;
  value: number | null;
  /** Unix seconds. */
  timestamp: number;
}

/** Of an export: a row of somebody, and the data set that holds it. */
export interface LiveRowOfUser {
  dataSetId: string;
  name: string;
  kind: KindKey;
  row: Record<string, unknown>;
}

/** Events that came in one call. */
export interface LiveBatch {
  tenantId: string;
  dataSetId: string;
  /** ISO 8601. */
  receivedAt: string;
  rows: readonly LiveRow[];
}

/** One whose data is to go, or has gone, from a project that events came for. */
export interface Erasing {
  projectId: string;
  userHash: string;
  /** Milliseconds since 1970; null while it is under way. */
  completedAtMs: number | null;
}

// In the order of the key, as whoever deletes them does.
const HOLD = `
  SELECT data_set.tenant_id AS "tenantId", data_set.id AS "dataSetId", data_set.project_id AS "projectId"
  FROM data_sets data_set JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (tenant_id, id) USING (tenant_id, id)
  ORDER BY 1, 2 FOR KEY SHARE OF data_set`;

const FIND_ERASING = `
  SELECT project_id AS "projectId", encode(user_hash, 'hex') AS "userHash", (extract(epoch FROM completed_at) * 1000)::float8 AS "completedAtMs"
  FROM erasures JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (tenant_id, project_id) USING (tenant_id, project_id)
  WHERE completed_at IS NULL OR completed_at >= $3::timestamptz`;

// In the order of the key, so that two writers of the same rows wait for each other rather than lock each other out.
const KEEP = `
  WITH batches AS (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) WITH ORDINALITY AS batch (tenant_id, data_set_id, received_at, place)),
    kept AS (
      INSERT INTO live_interactions (tenant_id, data_set_id, id, received_at, user_id, item_id, event_type, value, timestamp, recommendation_id)
      SELECT batches.tenant_id, batches.data_set_id, given.id, batches.received_at, given.user_id, given.item_id, given.event_type, given.value,
        given.timestamp, given.recommendation_id
      FROM unnest($4::int[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::float8[], $10::float8[], $11::uuid[])
        AS given (place, id, user_id, item_id, event_type, value, timestamp, recommendation_id)
      JOIN batches USING (place) ORDER BY 1, 2, 3
      ON CONFLICT DO NOTHING RETURNING tenant_id, data_set_id, event_type)
  INSERT INTO live_interaction_counts AS live (tenant_id, data_set_id, rows, event_types)
  SELECT tenant_id, data_set_id, count(*), coalesce(array_agg(DISTINCT event_type) FILTER (WHERE event_type IS NOT NULL), '{}')
  FROM kept GROUP BY 1, 2 ORDER BY 1, 2
  ON CONFLICT (tenant_id, data_set_id) DO UPDATE SET rows = live.rows + excluded.rows,
    event_types = CASE WHEN live.event_types @> excluded.event_types THEN live.event_types
      ELSE ARRAY(SELECT DISTINCT unnest(live.event_types || excluded.event_types)) END`;

const inQuotes = (column: string) => `'"' || replace(${column}, '"', '""') || '"'`;

/**
 * By ids, of those that were taken until a moment of Postgres's, as the platform's clock showed it. Postgres writes the lines, as a process that answers
 * calls has no time for so many.
 */
const LINES = `
  WITH next AS (
    SELECT id, user_id, item_id, event_type, value, timestamp FROM live_interactions
    WHERE tenant_id = $1::uuid AND data_set_id = $2::uuid AND id > $3::uuid
      AND received_at <= $4::timestamptz + (SELECT offset_seconds FROM clock) * interval '1 second'
    ORDER BY id LIMIT $5::int)
  SELECT count(*)::int AS rows, (SELECT id FROM next ORDER BY id DESC LIMIT 1) AS last,
    coalesce(string_agg(${inQuotes('user_id')} || ',' || ${inQuotes('item_id')} || ',' || coalesce(${inQuotes('event_type')}, '') || ',' ||
      coalesce(value::text, '') || ',' || timestamp::text || E'\\n', ''), '') AS lines
  FROM next`;

/** Of the users $3, in each of a project's data sets. */
const OF_USERS = `
  FROM data_sets data_set CROSS JOIN LATERAL (
    SELECT user_id, item_id, event_type, value, timestamp, recommendation_id FROM live_interactions live
    WHERE live.tenant_id = data_set.tenant_id AND live.data_set_id = data_set.id AND user_id = ANY($3::text[])
    ORDER BY timestamp DESC LIMIT $4::int) event
  WHERE data_set.tenant_id = $1::uuid AND project_id = $2::uuid`;

// Held against events that are on their way: those that come after see the erasure.
const HOLD_ALL = `SELECT FROM data_sets WHERE tenant_id = $1::uuid AND project_id = $2::uuid ORDER BY id FOR UPDATE`;

const ERASE = `
  WITH gone AS (DELETE FROM live_interactions WHERE tenant_id = $1::uuid AND user_id = $3::text
      AND data_set_id IN (SELECT id FROM data_sets WHERE tenant_id = $1::uuid AND project_id = $2::uuid) RETURNING data_set_id),
    counted AS (SELECT data_set_id, count(*) AS rows FROM gone GROUP BY 1),
    lowered AS (UPDATE live_interaction_counts live SET rows = live.rows - counted.rows FROM counted
      WHERE live.tenant_id = $1::uuid AND live.data_set_id = counted.data_set_id RETURNING counted.rows)
  SELECT coalesce(sum(rows), 0)::int AS rows FROM lowered`;

/** How an id begins, or where nothing is looked for all; but of these people none. */
const FOUND = `
  tenant_id = $1::uuid AND data_set_id = $2::uuid AND user_id <> ALL($3::text[])
    AND ($4::text IS NULL OR starts_with(user_id, $4::text) OR starts_with(item_id, $4::text))`;

const COUNT_OF_ITEMS = `
  SELECT item_id AS id, count(*)::int AS rows FROM live_interactions
  WHERE tenant_id = $1::uuid AND data_set_id = $2::uuid AND item_id = ANY($3::text[]) GROUP BY 1`;

/** Interactions that came as events, next to those of a data set's file. */
@Injectable()
export class LiveInteractionsRepository {
  /**
   * The data sets of these that are there, each with its project, and is until the transaction ends; requires a system transaction.
   */
  async hold(
    sql: Sql,
    wanted: readonly Pick<LiveBatch, 'tenantId' | 'dataSetId'>[],
  ): Promise<{ tenantId: string; dataSetId: string; projectId: string }[]> {
    return sql.rows(HOLD, [wanted.map(({ tenantId }) => tenantId), wanted.map(({ dataSetId }) => dataSetId)]);
  }

  /** Those of projects who are being erased, or whose erasure has ended since; requires a system transaction. */
  async findErasing(
    sql: Sql,
    projects: readonly { tenantId: string; projectId: string }[],
    since: string,
  ): Promise<Erasing[]> {
    const ids = [projects.map(({ tenantId }) => tenantId), projects.map(({ projectId }) => projectId)];
    return sql.rows<Erasing>(FIND_ERASING, [...ids, since]);
  }

  /** Keeps each event once; requires a system transaction that holds their data sets. */
  async keep(sql: Sql, batches: readonly LiveBatch[]): Promise<void> {
    const rows = batches.flatMap((batch, index) => batch.rows.map((row) => [index + 1, ...row] as const));
    if (rows.length === 0) return;
    await sql.run(KEEP, [
      array(batches.map(({ tenantId }) => tenantId)),
      array(batches.map(({ dataSetId }) => dataSetId)),
      array(batches.map(({ receivedAt }) => receivedAt)),
      array(rows.map(([place]) => place)),
      array(rows.map(([, id]) => id)),
      texts(rows.map(([, , userId]) => userId)),
      texts(rows.map(([, , , itemId]) => itemId)),
      texts(rows.map(([, , , , eventType]) => eventType)),
      array(rows.map(([, , , , , value]) => value)),
      array(rows.map(([, , , , , , timestamp]) => timestamp)),
      array(rows.map(([, , , , , , , recommendationId]) => recommendationId)),
    ]);
  }

  /** The next of those that were taken until then, in the order of their ids: how many, the id of the last, and each as a line of CSV, by the columns of its kind. */
  async readLines(
    sql: Sql,
    {
      tenantId,
      dataSetId,
      after,
      until,
      most,
    }: { tenantId: string; dataSetId: string; after: string; until: Date; most: number },
  ): Promise<{ rows: number; last: string; lines: string }> {
    const [page] = await sql.rows<{ rows: number; last: string; lines: string }>(LINES, [
      tenantId,
      dataSetId,
      after,
      until.toISOString(),
      most,
    ]);
    return page!;
  }

  /**
   * Some of a data set's, by the columns of their kind.
   *
   * @param sort a column of the kind
   * @param without people whose events are left out
   */
  list(
    sql: Sql,
    {
      tenantId,
      dataSetId,
      without,
      search,
      sort,
      isAscending,
      skip,
      take,
    }: {
      tenantId: string;
      dataSetId: string;
      without: readonly string[];
      search: string | undefined;
      sort: string;
      isAscending: boolean;
      skip: number;
      take: number;
    },
  ): Promise<Record<string, unknown>[]> {
    const direction = isAscending ? 'ASC' : 'DESC';
    return sql.rows(
      `SELECT user_id, item_id, event_type, value, timestamp FROM live_interactions WHERE ${FOUND}
       ORDER BY ${quoteName(sort)} ${direction} NULLS LAST, id ${direction} LIMIT $5::int OFFSET $6::int`,
      [tenantId, dataSetId, texts(without), search ?? null, take, skip],
    );
  }

  /** How many a data set has of somebody, and the latest of them, by the columns of their kind. */
  async findOfUser(
    sql: Sql,
    { tenantId, dataSetId, userId, most }: { tenantId: string; dataSetId: string; userId: string; most: number },
  ): Promise<{ rows: number; latest: Record<string, unknown>[] }> {
    const found = await sql.rows<{ rows: number; row: Record<string, unknown> }>(
      `SELECT count(*) OVER ()::int AS rows,
         json_build_object('user_id', user_id, 'item_id', item_id, 'event_type', event_type, 'value', value, 'timestamp', timestamp) AS row
       FROM live_interactions
       WHERE tenant_id = $1::uuid AND data_set_id = $2::uuid AND user_id = $3::text ORDER BY timestamp DESC LIMIT $4::int`,
      [tenantId, dataSetId, userId, most],
    );
    return { rows: found[0]?.rows ?? 0, latest: found.map(({ row }) => row) };
  }

  /** How many a data set has of each of these items; of those that it has none of nothing. */
  async countOfItems(
    sql: Sql,
    tenantId: string,
    dataSetId: string,
    itemIds: readonly string[],
  ): Promise<Map<string, number>> {
    const rows = await sql.rows<{ id: string; rows: number }>(COUNT_OF_ITEMS, [tenantId, dataSetId, texts(itemIds)]);
    return new Map(rows.map(({ id, rows: many }) => [id, many]));
  }

  /** The latest of a project's events of these users, the newest first. */
  findRecent(
    sql: Sql,
    tenantId: string,
    projectId: string,
    userIds: readonly string[],
    most: number,
  ): Promise<RecentInteraction[]> {
    return sql.rows(
      `SELECT item_id AS "itemId", event_type AS "eventType", value, timestamp ${OF_USERS} ORDER BY timestamp DESC LIMIT $4::int`,
      [tenantId, projectId, texts(userIds), most],
    );
  }

  /** What a project's data sets hold of these users, at most so many of each, by the columns of their kind. */
  async listOfUsers(
    sql: Sql,
    tenantId: string,
    projectId: string,
    userIds: readonly string[],
    most: number,
  ): Promise<LiveRowOfUser[]> {
    const rows = await sql.rows<Omit<LiveRowOfUser, 'row'>>(
      `SELECT data_set.id AS "dataSetId", data_set.name, data_set.kind, event.* ${OF_USERS} ORDER BY data_set.id, timestamp DESC`,
      [tenantId, projectId, texts(userIds), most],
    );
    return rows.map(({ dataSetId, name, kind, ...row }) => ({ dataSetId, name, kind, row }));
  }

  /** Takes somebody out of a project; returns how many of their events there were. */
  async erase(sql: Sql, tenantId: string, projectId: string, userId: string): Promise<number> {
    await sql.rows(HOLD_ALL, [tenantId, projectId]);
    const [row] = await sql.rows<{ rows: number }>(ERASE, [tenantId, projectId, userId]);
    return row!.rows;
  }

  /** Those of the ids that a data set has. */
  async findKnown(sql: Sql, tenantId: string, dataSetId: string, ids: readonly string[]): Promise<string[]> {
    const rows = await sql.rows<{ id: string }>(
      'SELECT id FROM live_interactions WHERE tenant_id = $1::uuid AND data_set_id = $2::uuid AND id = ANY($3::uuid[])',
      [tenantId, dataSetId, array(ids)],
    );
    return rows.map(({ id }) => id);
  }

  /** Distinct, of the events of a data set. */
  async findEventTypes(sql: Sql, tenantId: string, dataSetId: string): Promise<string[]> {
    const rows = await sql.rows<{ type: string }>(
      'SELECT unnest(event_types) AS type FROM live_interaction_counts WHERE tenant_id = $1::uuid AND data_set_id = $2::uuid',
      [tenantId, dataSetId],
    );
    return rows.map(({ type }) => type);
  }
}

/** A Postgres array of what needs no quoting: ids, numbers, times. Building the text here is what makes large batches fast. */
function array(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

function texts(values: readonly (string | null)[]): string {
  const quoted = values.map((value) => (value === null ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`));
  return `{${quoted.join(',')}}`;
}
