import type { FastifyInstance } from 'fastify';
import type { Account } from './account.js';
import { invalid } from './errors.js';

/**
 * The time of all that is on no test clock, which Stripe's own API cannot move: `npm run clock` moves it together with the platform's. What
 * falls due on the way is done in its order, each at its time.
 */
export function addClock(server: FastifyInstance, account: Account): void {
  const show = () => {
    const { target } = account.store.clock();
    return {
      now: account.now(),
      isMoving: target !== null,
      undelivered: account.store.countDeliveries(),
      nextDue: account.store.nextDue('', Number.MAX_SAFE_INTEGER)?.due ?? null,
    };
  };
  server.get('/_clock', () => account.store.transaction(show));
  server.post<{ Body: { to?: unknown } | undefined }>('/_clock', ({ body }) =>
    account.store.transaction(() => {
      const to = Number(body?.to);
      if (!Number.isSafeInteger(to) || to <= account.now())
        throw invalid('The clock only goes forward: `to` must be a time in seconds, later than it is.', {
          param: 'to',
        });
      account.store.setClock({ ...account.store.clock(), target: to });
      return show();
    }),
  );
}
