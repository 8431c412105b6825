import { hash32 } from '../../../compute/random/kernel.js';
import { filterEvents, userOffsets, type Events } from '../events.js';

/** Events to learn from, and events to be predicted, over the same users and items. */
export interface Split {
  train: Events;
  test: Events;
}

/**
 * Holds out each distinct pair with probability `testShare`, by a seeded hash of the pair, so the split does not depend on
 * the order of the input. A user whose every pair would be held out keeps the pair of the highest hash for training.
 */
export function splitAtRandom(events: Events, testShare: number, seed: number): Split {
  const { users, items, userCount } = events;
  const drawOf = (position: number) => hash32(seed, users[position], items[position]) / 2 ** 32;
  const highest = new Float64Array(userCount).fill(-1);
  for (let position = 0; position < users.length; position++) {
    highest[users[position]] = Math.max(highest[users[position]], drawOf(position));
  }
  return splitBy(events, (position) => {
    const draw = drawOf(position);
    return draw < testShare && draw !== highest[users[position]];
  });
}

/** Holds out each user's last event where the user has at least two; needs timestamps. A pair met before stays in training. */
export function splitLastOut(events: Events): Split {
  const offsets = userOffsets(events);
  return splitBy(events, (position) => {
    const user = events.users[position];
    return position === offsets[user + 1] - 1 && position > offsets[user];
  });
}

function splitBy(events: Events, isTest: (position: number) => boolean): Split {
  return {
    train: filterEvents(events, (position) => !isTest(position)),
    test: filterEvents(events, isTest),
  };
}
