import type { Csr } from '../../../compute/csr/kernel.js';

/** Some of the evaluated users, by a trait. */
export interface UserGroup {
  /** Such as `light`, `medium`, `heavy`. */
  name: string;
  /** Positions in the question's users. */
  positions: Uint32Array;
}

const ACTIVITY = ['light', 'medium', 'heavy'];
const TASTE = ['rare', 'mixed', 'popular'];

/** Thirds of the users by how many training items they have. */
export function groupByActivity(users: Uint32Array, train: Csr): UserGroup[] {
  return thirds(
    ACTIVITY,
    Float64Array.from(users, (user) => train.offsets[user + 1] - train.offsets[user]),
  );
}

/** Thirds of the users by how popular their held-out items are on average. */
export function groupByItemPopularity(users: Uint32Array, heldOut: Csr, popularity: Float32Array): UserGroup[] {
  const meanPopularity = (user: number) => {
    const wanted = heldOut.indices.subarray(heldOut.offsets[user], heldOut.offsets[user + 1]);
    return wanted.reduce((sum, item) => sum + popularity[item], 0) / wanted.length;
  };
  return thirds(TASTE, Float64Array.from(users, meanPopularity));
}

/** The mean of a metric within each group; a group without users is left out. */
export function meansByGroup(groups: UserGroup[], perUser: Float64Array): Record<string, number> {
  const filled = groups.filter(({ positions }) => positions.length > 0);
  const meanOf = (positions: Uint32Array) =>
    positions.reduce((sum, position) => sum + perUser[position], 0) / positions.length;
  return Object.fromEntries(filled.map(({ name, positions }) => [name, meanOf(positions)]));
}

function thirds(names: string[], traits: Float64Array): UserGroup[] {
  const order = Uint32Array.from(traits.keys()).sort((a, b) => traits[a] - traits[b] || a - b);
  const bound = (third: number) => Math.round((third * order.length) / names.length);
  return names.map((name, third) => ({ name, positions: order.slice(bound(third), bound(third + 1)) }));
}
