import { Injectable } from '@nestjs/common';
import { kindsWhere } from '../../models/kinds/kinds.js';
import { type Sql, sqlOf, type Transaction } from '../../platform/database/database.js';
import { newId } from '../../platform/http/ids.js';

/** What is known of an item or a user that was sent by itself; null where it is to be left out. */
export interface SentRow {
  id: string;
  attributes: Record<string, string> | null;
}

const PUT = `
  INSERT INTO added_rows (tenant_id, data_set_id, id, origin, row, is_deletion)
  SELECT $1::uuid, $2::uuid, given.* FROM unnest($3::uuid[], $4::text[], $5::jsonb[], $6::boolean[]) AS given (id, origin, row, is_deletion)
  ORDER BY origin
  ON CONFLICT (tenant_id, data_set_id, origin) DO UPDATE SET id = excluded.id, row = excluded.row, is_deletion = excluded.is_deletion`;

const OF_PEOPLE = `
  tenant_id = $1::uuid AND origin = ANY($3::text[]) AND data_set_id IN (
    SELECT id FROM data_sets WHERE tenant_id = $1::uuid AND project_id = $2::uuid AND kind = ANY($4::text[]))`;

/** Kinds of which each row describes a person. */
const ofPeople = () => kindsWhere(({ identity, person }) => identity && identity === person);

/** Rows of items and users that were sent by themselves: {@link AddedRows} of the origin that is their id. */
@Injectable()
export class SingleRowsRepository {
  /** One change of a data set's row at a time, until the transaction ends. */
  async lock(transaction: Transaction, dataSetId: string, id: string): Promise<void> {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`${dataSetId}/${id}`}, 4))`;
  }

  /** Undefined where it was never sent. */
  async find(transaction: Transaction, dataSetId: string, id: string): Promise<SentRow | undefined> {
    const row = await transaction.addedRow.findFirst({ where: { dataSetId, origin: id } });
    return row ? { id, attributes: row.isDeletion ? null : (row.row as Record<string, string>) } : undefined;
  }

  /** How many rows of other ids were sent, those left out among them. */
  countOthers(transaction: Transaction, dataSetId: string, ids: readonly string[]): Promise<number> {
    return transaction.addedRow.count({ where: { dataSetId, origin: { notIn: [...ids] } } });
  }

  /** @param rows of distinct ids */
  async put(transaction: Transaction, tenantId: string, dataSetId: string, rows: readonly SentRow[]): Promise<void> {
    await sqlOf(transaction).run(PUT, [
      tenantId,
      dataSetId,
      rows.map(() => newId()),
      rows.map(({ id }) => id),
      rows.map(({ attributes }) => JSON.stringify(attributes ?? {})),
      rows.map(({ attributes }) => attributes === null),
    ]);
  }

  /** Which of the ids were sent, so that their row of a file does not count. */
  async listReplaced(transaction: Transaction, dataSetId: string, ids: string[]): Promise<string[]> {
    const where = { dataSetId, origin: { in: ids } };
    const rows = await transaction.addedRow.findMany({ where, select: { origin: true } });
    return rows.map(({ origin }) => origin);
  }

  /** Rows that are not left out, in the order of their ids; those whose id begins with `search`. */
  async list(
    transaction: Transaction,
    dataSetId: string,
    { search = '', skip, take }: { search: string | undefined; skip: number; take: number },
  ): Promise<SentRow[]> {
    const where = { dataSetId, isDeletion: false, origin: { startsWith: search } };
    const rows = await transaction.addedRow.findMany({ where, orderBy: { origin: 'asc' }, skip, take });
    return rows.map(({ origin, row }) => ({ id: origin, attributes: row as Record<string, string> }));
  }

  /** The names that rows of a data set use, the most used first; of several that differ in case alone the most used. */
  async listNames(transaction: Transaction, dataSetId: string, most: number): Promise<string[]> {
    const rows = await transaction.$queryRaw<{ name: string }[]>`
      SELECT mode() WITHIN GROUP (ORDER BY name) AS name FROM added_rows, jsonb_object_keys(row) AS name
      WHERE data_set_id = ${dataSetId}::uuid GROUP BY lower(name COLLATE "C") ORDER BY count(*) DESC, name LIMIT ${most}`;
    return rows.map(({ name }) => name);
  }

  /** What was sent of people of a project. */
  async listOfUsers(
    sql: Sql,
    tenantId: string,
    projectId: string,
    userIds: readonly string[],
  ): Promise<
    { dataSetId: string; name: string; kind: string; id: string; attributes: Record<string, string> | null }[]
  > {
    return sql.rows(
      `SELECT data_set_id AS "dataSetId", name, kind, origin AS id, CASE WHEN NOT is_deletion THEN row END AS attributes
       FROM (SELECT * FROM added_rows WHERE ${OF_PEOPLE}) added
       JOIN data_sets ON data_sets.tenant_id = added.tenant_id AND data_sets.id = data_set_id`,
      [tenantId, projectId, [...userIds], ofPeople()],
    );
  }

  /** Takes somebody out of a project; returns how many rows described them. */
  erase(sql: Sql, tenantId: string, projectId: string, userId: string): Promise<number> {
    return sql.run(`DELETE FROM added_rows WHERE ${OF_PEOPLE}`, [tenantId, projectId, [userId], ofPeople()]);
  }
}
