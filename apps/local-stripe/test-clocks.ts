import type { Account } from './account.js';
import { newId, realNow } from './account.js';
import { deleteCustomer } from './customers.js';
import { invalid } from './errors.js';
import { int, pages, text } from './form.js';
import type { TestClock } from './objects.js';
import { type Operation, operation, page, retrieve } from './operation.js';
import { nextBoundary } from './periods.js';
import { advanceTo, step } from './schedule.js';

const KEPT_SECONDS = 30 * 86_400;
const POLL_MS = 25;
/** A clock goes forward at most so many of the shortest intervals of what is on it. */
const INTERVALS_MAX = 2;

export const testClockOperations: Operation[] = [
  operation(
    'POST',
    '/v1/test_helpers/test_clocks',
    { frozen_time: int, name: text.max(300).optional() },
    (account, { frozen_time, name }) => {
      const clock: TestClock = {
        id: newId('clock'),
        object: 'test_helpers.test_clock',
        created: realNow(),
        deletes_after: realNow() + KEPT_SECONDS,
        frozen_time,
        livemode: false,
        name: name ?? null,
        status: 'ready',
        status_details: {},
      };
      account.store.add<'test_helpers.test_clock'>(clock);
      account.emit('test_helpers.test_clock.created', clock);
      return clock;
    },
  ),
  retrieve('test_helpers.test_clock', '/v1/test_helpers/test_clocks'),
  operation('GET', '/v1/test_helpers/test_clocks', pages, (account, cursor) =>
    page(account, '/v1/test_helpers/test_clocks', 'test_helpers.test_clock', cursor),
  ),
  operation(
    'POST',
    '/v1/test_helpers/test_clocks/:id/advance',
    { frozen_time: int },
    (account, { frozen_time }, { id }) => {
      const clock = account.need('test_helpers.test_clock', id!);
      if (clock.status !== 'ready') throw invalid('The test clock is still advancing: wait until it is ready.');
      if (frozen_time <= clock.frozen_time)
        throw invalid('A test clock only goes forward: frozen_time must be later than it is.', {
          param: 'frozen_time',
        });
      const furthest = furthestOf(account, clock);
      if (frozen_time > furthest)
        throw invalid(
          `A test clock advances at most two intervals of its shortest subscription at once: here to ${furthest}.`,
          { param: 'frozen_time' },
        );
      Object.assign(clock, { status: 'advancing', status_details: { advancing: { target_frozen_time: frozen_time } } });
      account.emit('test_helpers.test_clock.advancing', clock);
      account.advancing.add(clock.id);
      return clock;
    },
  ),
  operation('DELETE', '/v1/test_helpers/test_clocks/:id', {}, (account, _, { id }) => {
    const clock = account.need('test_helpers.test_clock', id!);
    for (const customer of account.store.find('customer', undefined, ({ test_clock }) => test_clock === id))
      deleteCustomer(account, customer);
    account.emit('test_helpers.test_clock.deleted', clock);
    account.store.remove(clock.id);
    return { id, object: 'test_helpers.test_clock', deleted: true };
  }),
];

function furthestOf(account: Account, { id, frozen_time }: TestClock): number {
  const ends = account.store
    .find('subscription', undefined, ({ test_clock, ended_at }) => test_clock === id && ended_at === null)
    .map((subscription) => {
      const recurring = subscription.items.data[0]!.price.recurring!;
      let furthest = frozen_time;
      for (let count = 0; count < INTERVALS_MAX; count++)
        furthest = nextBoundary(subscription.billing_cycle_anchor, recurring, furthest);
      return furthest;
    });
  return ends.length === 0 ? Infinity : Math.min(...ends);
}

/** Does what falls due, in real time and on the clocks that were told to advance, until it is stopped. */
export function runClocks(account: Account): () => void {
  account.store.transaction(() => {
    const clocks = account.store.find('test_helpers.test_clock', undefined, ({ status }) => status === 'advancing');
    for (const { id } of clocks) account.advancing.add(id);
  });
  let timer: NodeJS.Timeout;
  const tick = () => {
    const [clock] = account.advancing;
    const isBusy = clock ? advance(account, clock) : moveOn(account);
    // Between two steps others have their turn, so that an advancing clock can be seen as one.
    timer = setTimeout(tick, isBusy ? 0 : POLL_MS);
  };
  timer = setTimeout(tick, 0);
  return () => clearTimeout(timer);
}

/** Does one thing that is due, and arrives where all without a test clock were to be moved once none is. */
function moveOn(account: Account): boolean {
  const { target } = account.store.clock();
  if (step(account, '', target ?? account.now())) return true;
  if (target === null) return false;
  account.store.transaction(() => {
    advanceTo(account, target);
    account.store.setClock({ ...account.store.clock(), target: null });
  });
  return true;
}

/** Brings a clock forward by one thing that is due, or to where it was told to go where none is. */
function advance(account: Account, id: string): boolean {
  const target = account.store.transaction(
    () => account.store.get('test_helpers.test_clock', id)?.status_details.advancing?.target_frozen_time,
  );
  if (target !== undefined && step(account, id, target)) return true;
  account.advancing.delete(id);
  account.store.transaction(() => {
    const clock = account.store.get('test_helpers.test_clock', id);
    if (!clock || target === undefined) return;
    Object.assign(clock, { frozen_time: target, status: 'ready', status_details: {} });
    account.emit('test_helpers.test_clock.ready', clock);
  });
  return true;
}
