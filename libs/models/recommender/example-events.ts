import type { Events } from './events.js';

/** For specs: each user's items in the order of time, a second apart. */
export function eventsOf(rows: number[][], itemCount: number, changes: Partial<Events> = {}): Events {
  return {
    userCount: rows.length,
    itemCount,
    users: Uint32Array.from(rows.flatMap((items, user) => items.map(() => user))),
    items: Uint32Array.from(rows.flat()),
    values: null,
    timestamps: Float64Array.from(rows.flatMap((items) => items.map((_, place) => place))),
    eventTypes: null,
    ...changes,
  };
}
