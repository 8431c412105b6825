import { checkerboard, DESCRIBED } from '../tasks/recommendation/checkerboard.js';
import type { RecommenderInput } from './input.js';

/** For specs: the task's checkerboard as this family takes it. */
export function checkerboardInput(): RecommenderInput {
  const { userIds, itemIds, touched } = checkerboard();
  return {
    userIds,
    itemIds,
    users: Uint32Array.from(touched, ([user]) => user),
    items: Uint32Array.from(touched, ([, item]) => item),
    values: null,
    timestamps: null,
    eventTypes: null,
    userAttributes: userIds.map(() => null),
    itemAttributes: itemIds.map((itemId) => (itemId === DESCRIBED.itemId ? DESCRIBED.attributes : null)),
  };
}
