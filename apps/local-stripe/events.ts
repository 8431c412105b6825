import { realNow } from './account.js';
import type { Account } from './account.js';
import { missing } from './errors.js';
import { bool, isWithin, list, pages, range, text } from './form.js';
import { type Operation, operation, page } from './operation.js';

const KEPT_SECONDS = 30 * 86_400;

const isOfType = (type: string, wanted: string) =>
  wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted;

function isKept(account: Account, id: string): boolean {
  return account.store.notes('event', id).keptAt > realNow() - KEPT_SECONDS;
}

export const eventOperations: Operation[] = [
  operation('GET', '/v1/events/:id', {}, (account, _, { id }) => {
    const event = account.need('event', id!);
    if (!isKept(account, event.id)) throw missing('event', event.id);
    return event;
  }),
  operation(
    'GET',
    '/v1/events',
    {
      ...pages,
      created: range.optional(),
      delivery_success: bool.optional(),
      type: text.optional(),
      types: list(text).optional(),
    },
    (account, { created, delivery_success, type, types, ...cursor }) =>
      page(account, '/v1/events', 'event', cursor, {
        isWanted: (event) =>
          isKept(account, event.id) &&
          (!created || isWithin(event.created, created)) &&
          (delivery_success === undefined || delivery_success === (event.pending_webhooks === 0)) &&
          (!type || isOfType(event.type, type)) &&
          (!types || types.some((wanted) => isOfType(event.type, wanted))),
      }),
  ),
];
