import { z } from 'zod';
import { idSchema } from './ids.js';

/** A number in a query, in plain decimal digits: neither `0x10` nor `1e1` nor a list of one is taken for it. */
export function queryNumber(schema: z.ZodNumber) {
  return z.preprocess((text) => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text), schema);
}

/** Query of every list: newest first, `cursor` is the `nextCursor` of the page before. */
export const pageQuerySchema = z.strictObject({
  limit: queryNumber(z.int().min(1).max(100)).default(50),
  cursor: idSchema.optional(),
});

export type PageQuery = z.infer<typeof pageQuerySchema>;

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
