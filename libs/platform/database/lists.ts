import { Problem } from '../errors/problem.js';
import type { ListQuery } from '../http/page.js';
import type { Transaction } from './database.js';
import { Prisma } from './generated/client.js';

/** `WHERE … AND …`; nothing without a condition. */
export function allOf(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length > 0 ? Prisma.sql`WHERE ${Prisma.join(conditions, ' AND ')}` : Prisma.empty;
}

/** For ILIKE: what holds the text, in which no sign has a meaning of its own. */
export function patternOf(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/** As SQL names an order, and how what comes later compares. */
export function directionOf(order: ListQuery['order']): { direction: Prisma.Sql; isAfter: Prisma.Sql } {
  return order === 'asc'
    ? { direction: Prisma.sql`ASC`, isAfter: Prisma.sql`>` }
    : { direction: Prisma.sql`DESC`, isAfter: Prisma.sql`<` };
}

/** Rows of `listed` of which one of the texts holds what is searched for, or whose id it is. */
export function searched(search: string, ...texts: Prisma.Sql[]): Prisma.Sql[] {
  if (search === '') return [];
  const isFound = texts.map((text) => Prisma.sql`${text} ILIKE ${patternOf(search)}`);
  return [Prisma.sql`(${Prisma.join([...isFound, Prisma.sql`listed.id::text = ${search.toLowerCase()}`], ' OR ')})`];
}

interface List {
  /** What follows `FROM`: the table as `listed`, and what it is joined with. */
  from: Prisma.Sql;
  where: readonly Prisma.Sql[];
  /** What it is ordered by, never null; absent for the ids, which are in the order of time. */
  rank?: Prisma.Sql | undefined;
}

/**
 * The ids of a page in their order, and one more than it holds. It goes on after where the cursor's row ranks now.
 *
 * @throws Problem 409 where that row is gone, so that nobody knows where it ranked
 */
export async function listIds(
  transaction: Transaction,
  { from, where, rank }: List,
  { limit, cursor, order }: ListQuery,
): Promise<string[]> {
  const { direction, isAfter } = directionOf(order);
  const isCursor = Prisma.sql`listed.id = ${cursor}::uuid`;
  const follows = rank
    ? Prisma.sql`(${rank}, listed.id) ${isAfter} (SELECT ${rank}, listed.id FROM ${from} WHERE ${isCursor})`
    : Prisma.sql`listed.id ${isAfter} ${cursor}::uuid`;
  const rows = await transaction.$queryRaw<{ id: string }[]>`
    SELECT listed.id::text AS id FROM ${from} ${allOf(cursor ? [...where, follows] : where)}
    ORDER BY ${rank ? Prisma.sql`${rank} ${direction},` : Prisma.empty} listed.id ${direction} LIMIT ${limit + 1}`;
  if (cursor && rank && rows.length === 0) {
    const known = await transaction.$queryRaw<unknown[]>`SELECT FROM ${from} WHERE ${isCursor}`;
    if (known.length === 0) throw cursorGone();
  }
  return rows.map(({ id }) => id);
}

/** The rows in the order of the ids. */
export function inOrder<Row extends { id: string }>(ids: string[], rows: Row[]): Row[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

const cursorGone = () =>
  new Problem(
    409,
    'cursor_gone',
    'What the page before ended with was deleted meanwhile, so the list cannot go on from there. Begin again without a cursor.',
  );
