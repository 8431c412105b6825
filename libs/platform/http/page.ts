import { z } from 'zod';
import { idSchema } from './ids.js';
import { textSchema } from './text.js';

/** A number in a query, in plain decimal digits: neither `0x10` nor `1e1` nor a list of one is taken for it. */
export function queryNumber(schema: z.ZodNumber) {
  return z.preprocess((text) => (typeof text === 'string' && /^-?\d+$/.test(text) ? Number(text) : text), schema);
}

/** Query of every list: newest first, `cursor` is the `nextCursor` of the page before. */
export const pageQuerySchema = z.strictObject({
  limit: queryNumber(z.int().min(1).max(100)).default(50),
  cursor: idSchema.optional(),
});

export type PageQuery = z.infer<typeof pageQuerySchema>;

/**
 * Query of a list that is searched and ordered over all its rows.
 *
 * @param sorts what it may be ordered by, unless asked otherwise by the first
 * @param found what is searched for, in a sentence
 */
export function listQuerySchema<const S extends readonly [string, ...string[]]>(sorts: S, found: string) {
  return pageQuerySchema.extend({
    search: textSchema.trim().max(200).default('').describe(found),
    sort: z.enum(sorts).default(sorts[0]).describe('What the list is ordered by'),
    order: z.enum(['desc', 'asc']).default('desc').describe('Newest or highest first, or last'),
  });
}

/** What every list that is searched and ordered is asked by. */
export interface ListQuery extends PageQuery {
  search: string;
  order: 'asc' | 'desc';
}

export function pageSchema<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}

/** Prisma arguments that fetch a page and one row more, which tells whether another page follows. */
export function pageArguments({ limit, cursor }: PageQuery) {
  return { take: limit + 1, orderBy: { id: 'desc' as const }, ...(cursor && { where: { id: { lt: cursor } } }) };
}

export function toPage<T extends { id: string }>(
  rows: T[],
  { limit }: PageQuery,
): { data: T[]; nextCursor: string | null } {
  const data = rows.slice(0, limit);
  return { data, nextCursor: rows.length > limit ? data.at(-1)!.id : null };
}

/** Of one page of a download. */
const DOWNLOAD_ROWS = 500;

/** All rows of a list, page by page, so that neither a transaction nor memory lasts as long as their download. */
export async function* everyRow<T>(
  list: (page: PageQuery) => Promise<{ data: T[]; nextCursor: string | null }>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const { data, nextCursor } = await list({ limit: DOWNLOAD_ROWS, cursor });
    yield* data;
    cursor = nextCursor ?? undefined;
  } while (cursor);
}
