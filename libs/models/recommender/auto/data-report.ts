import type { Goal } from '../evaluation/hold-out.js';
import type { Events } from '../events.js';
import { distinctPairs, userOffsets } from '../events.js';
import type { AutoSettings } from '../settings.js';

/** What a data set is like, so far as the choice of a recipe depends on it. */
export interface DataReport {
  users: number;
  items: number;
  interactions: number;
  /** Share of all pairs of a user and an item that occur. */
  density: number;
  hasValues: boolean;
  hasTimestamps: boolean;
  /**
   * How many times likelier a step from one item to the next has been seen before than its reverse, at least 0; around 1
   * the order of time says nothing, and 0 without timestamps.
   */
  sequenceStrength: number;
}

/** Above this the order in time is taken to matter. */
const SEQUENCE_STRENGTH_MIN = 1.5;

export function describeData(events: Events): DataReport {
  const { userCount: users, itemCount: items, values, timestamps } = events;
  const interactions = distinctPairs(events).indices.length;
  return {
    users,
    items,
    interactions,
    density: interactions / (users * items),
    hasValues: values !== null,
    hasTimestamps: timestamps !== null,
    sequenceStrength: timestamps ? sequenceStrength(events) : 0,
  };
}

/** Throws nothing: without timestamps the goal is taste whatever was wanted. */
export function chooseGoal(events: Events, wanted: AutoSettings['goal']): Goal {
  if (events.timestamps === null) return 'taste';
  if (wanted !== 'automatic') return wanted;
  return sequenceStrength(events) >= SEQUENCE_STRENGTH_MIN ? 'next' : 'taste';
}

/**
 * Counts the steps a→b that another user made before, and those whose reverse b→a another user made. If order meant
 * nothing, both would be as many.
 */
function sequenceStrength(events: Events): number {
  const offsets = userOffsets(events);
  const seen = new Set<number>();
  let [same, reverse] = [0, 0];
  for (let user = 0; user < events.userCount; user++) {
    const steps = stepsOf(events, offsets[user], offsets[user + 1]);
    for (const [from, to] of steps) {
      if (seen.has(from * events.itemCount + to)) same++;
      if (seen.has(to * events.itemCount + from)) reverse++;
    }
    for (const [from, to] of steps) seen.add(from * events.itemCount + to);
    if (seen.size > STEPS_MAX) break;
  }
  return same / Math.max(reverse, 1);
}

/** Enough to tell; a Set of JavaScript holds no more than 2²⁴. */
const STEPS_MAX = 1_000_000;

function stepsOf({ items }: Events, start: number, end: number): [number, number][] {
  const last = Math.min(end, start + STEPS_MAX);
  const steps: [number, number][] = [];
  for (let position = start + 1; position < last; position++) {
    if (items[position - 1] !== items[position]) steps.push([items[position - 1], items[position]]);
  }
  return steps;
}
