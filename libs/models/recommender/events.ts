import { buildCsr, type Csr } from '../../compute/csr/kernel.js';
import { TrainingInputError } from '../family.js';
import type { EventTypes, RecommenderInput } from './input.js';

/** Interactions grouped by user and, within a user, in the order of time; parallel arrays, one entry per interaction. */
export interface Events {
  userCount: number;
  itemCount: number;
  /** Ascending. */
  users: Uint32Array;
  items: Uint32Array;
  /** Finite, or NaN where an event has none; null when the data set has none. */
  values: Float32Array | null;
  /** Unix seconds; null when the data set has none, and the order within a user then says nothing. */
  timestamps: Float64Array | null;
  eventTypes: EventTypes | null;
  /** `[users]` and `[items]`, as in the input; absent where nothing is known. */
  userAttributes?: RecommenderInput['userAttributes'];
  itemAttributes?: RecommenderInput['itemAttributes'];
}

/** Throws {@link TrainingInputError} where a value is infinite. */
export function readEvents(input: RecommenderInput): Events {
  const { users, items, values, timestamps, eventTypes, userAttributes, itemAttributes } = input;
  const bad = values?.findIndex((value) => Math.abs(value) === Infinity) ?? -1;
  if (bad >= 0) {
    throw new TrainingInputError(
      `The interaction of user "${input.userIds[users[bad]]}" with item "${input.itemIds[items[bad]]}" has a value that is not a finite number. Correct or leave out its value, then train again.`,
    );
  }
  const [userCount, itemCount] = [input.userIds.length, input.itemIds.length];
  const attributes = { userAttributes, itemAttributes };
  const events = { userCount, itemCount, users, items, values, timestamps, eventTypes, ...attributes };
  return isInOrder(events) ? events : takeEvents(events, orderByUserAndTime(events));
}

/** The events at these positions, which must keep the order. */
export function takeEvents(events: Events, positions: Uint32Array): Events {
  const { users, items, values, timestamps, eventTypes } = events;
  return {
    ...events,
    users: positions.map((position) => users[position]),
    items: positions.map((position) => items[position]),
    values: values && Float32Array.from(positions, (position) => values[position]),
    timestamps: timestamps && Float64Array.from(positions, (position) => timestamps[position]),
    eventTypes: eventTypes && {
      names: eventTypes.names,
      codes: positions.map((position) => eventTypes.codes[position]),
    },
  };
}

/** The events for which `keeps` is true, by position. */
export function filterEvents(events: Events, keeps: (position: number) => boolean): Events {
  const kept = new Uint32Array(events.users.length);
  let count = 0;
  for (let position = 0; position < kept.length; position++) if (keeps(position)) kept[count++] = position;
  return count === kept.length ? events : takeEvents(events, kept.subarray(0, count));
}

/**
 * The events with a value, for a recipe that learns from ratings alone.
 *
 * @throws TrainingInputError where there are none
 */
export function requireRated(events: Events, recipe: string): Events {
  const rated = ratedEvents(events);
  if (rated.users.length > 0) return rated;
  throw new TrainingInputError(
    `The recipe "${recipe}" learns from ratings, but so few interactions have a value that none is left to learn from next to those that the model is measured on. Upload more rows with a value, or choose another recipe.`,
  );
}

/** The events with a value; all, where the data set has none. */
export function ratedEvents(events: Events): Events {
  const { values } = events;
  return values ? filterEvents(events, (position) => !Number.isNaN(values[position])) : events;
}

/** `[event types]`, 1 where the settings name no weight; null where the data set has no types. A type may have any name, `constructor` too. */
export function typeWeightsOf({ eventTypes }: Events, weights: Record<string, number>): number[] | null {
  return eventTypes && eventTypes.names.map((name) => (Object.hasOwn(weights, name) ? weights[name] : 1));
}

/** `[users + 1]`: the events of user u are at positions `offsets[u]` to `offsets[u + 1]`. */
export function userOffsets({ users, userCount }: Events): Uint32Array {
  const offsets = new Uint32Array(userCount + 1);
  for (const user of users) offsets[user + 1]++;
  for (let user = 0; user < userCount; user++) offsets[user + 1] += offsets[user];
  return offsets;
}

/** The distinct pairs, `[users, items]`. */
export function distinctPairs({ userCount, itemCount, users, items }: Events): Csr {
  return buildCsr({ rows: userCount, columns: itemCount, rowIndices: users, columnIndices: items, values: null });
}

const LEARNT_FROM = {
  timestamps: { what: 'the order of time', column: 'timestamp' },
  values: { what: 'ratings', column: 'value' },
};

/** Throws {@link TrainingInputError} where the data set has none. */
export function assertColumn(events: Events, name: keyof typeof LEARNT_FROM, recipe: string): void {
  if (events[name]) return;
  const { what, column } = LEARNT_FROM[name];
  throw new TrainingInputError(
    `The recipe "${recipe}" learns from ${what}, but this data set has no ${name}. Upload it with a column "${column}", or choose another recipe.`,
  );
}

function isInOrder({ users, timestamps }: Events): boolean {
  for (let i = 1; i < users.length; i++) {
    if (users[i - 1] > users[i]) return false;
    if (timestamps && users[i - 1] === users[i] && timestamps[i - 1] > timestamps[i]) return false;
  }
  return true;
}

/** Stable in both keys: events of the same time stay as they came. */
function orderByUserAndTime({ users, timestamps, userCount }: Events): Uint32Array {
  const byTime = Uint32Array.from(users.keys());
  if (timestamps) byTime.sort((a, b) => timestamps[a] - timestamps[b] || a - b);
  const cursor = new Uint32Array(userCount + 1);
  for (const user of users) cursor[user + 1]++;
  for (let user = 0; user < userCount; user++) cursor[user + 1] += cursor[user];
  const order = new Uint32Array(users.length);
  for (const position of byTime) order[cursor[users[position]]++] = position;
  return order;
}
