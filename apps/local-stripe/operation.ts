import { z } from 'zod';
import type { Account } from './account.js';
import { invalid, missing } from './errors.js';
import { list, text } from './form.js';
import { type Kind, type Kinds, NAMES } from './objects.js';

/** One thing that can be asked for: where, with which parameters, and what is answered. */
export interface Operation {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  params: z.ZodObject;
  run(account: Account, params: any, ids: Record<string, string>): unknown;
}

export function operation<S extends z.ZodRawShape>(
  method: Operation['method'],
  path: string,
  shape: S,
  run: (account: Account, params: z.output<z.ZodObject<S>>, ids: Record<string, string>) => unknown,
): Operation {
  return { method, path, params: z.strictObject({ ...shape, expand: list(text).optional() }), run };
}

/** The answer to an operation that reads one object by its id. */
export function retrieve(kind: Kind, path: string): Operation {
  return operation('GET', `${path}/:id`, {}, (account, _, { id }) => account.need(kind, id!));
}

interface PageParams {
  starting_after?: string | undefined;
  ending_before?: string | undefined;
  limit?: number | undefined;
}

/** A page of a kind, the newest first, of those that are wanted. */
export function page<K extends Kind>(
  account: Account,
  url: string,
  kind: K,
  { starting_after, ending_before, limit = 10 }: PageParams,
  { owner, isWanted = () => true }: { owner?: string | undefined; isWanted?: (object: Kinds[K]) => boolean } = {},
) {
  checkLimit(limit);
  if (starting_after && ending_before)
    throw invalid('starting_after and ending_before exclude each other: give one.', { code: 'parameters_exclusive' });
  const cursor = starting_after ?? ending_before;
  const param = starting_after ? 'starting_after' : 'ending_before';
  const place = cursor === undefined ? undefined : account.store.placeOf(cursor);
  if (cursor !== undefined && place === undefined) throw missing(NAMES[kind], cursor, param);
  const isBackwards = ending_before !== undefined;
  const found: Kinds[K][] = [];
  for (const object of account.store.walk(kind, { owner, after: place, descending: !isBackwards })) {
    if (isWanted(object)) found.push(object);
    if (found.length > limit) break;
  }
  const data = found.slice(0, limit);
  return { object: 'list', url, has_more: found.length > limit, data: isBackwards ? data.reverse() : data };
}

/** A page of what one object holds, in its own order. */
export function pageOf<T extends { id: string }>(
  url: string,
  all: T[],
  { starting_after, ending_before, limit = 10 }: PageParams,
) {
  checkLimit(limit);
  const start = starting_after ? all.findIndex(({ id }) => id === starting_after) + 1 : 0;
  const end = ending_before ? all.findIndex(({ id }) => id === ending_before) : all.length;
  const from = ending_before ? Math.max(0, end - limit) : start;
  const data = all.slice(from, ending_before ? end : start + limit);
  return { object: 'list', url, has_more: ending_before ? from > 0 : start + limit < all.length, data };
}

function checkLimit(limit: number): void {
  if (limit < 1 || limit > 100) {
    const bound = limit < 1 ? 'greater than or equal to 1' : 'less than or equal to 100';
    throw invalid(`This value must be ${bound}.`, { code: 'parameter_invalid_integer', param: 'limit' });
  }
}
