import type { Csr } from '../../../compute/csr/kernel.js';
import { hash32 } from '../../../compute/random/kernel.js';

export interface Split {
  train: Csr;
  test: Csr;
}

/**
 * Holds out each deduplicated pair with probability `testShare`, by a seeded hash of the pair, so the split does not depend
 * on the order of the input. A user whose every pair would be held out keeps the pair of the highest hash for training.
 */
export function splitInteractions(interactions: Csr, TEST_SHARE: number, seed: number): Split {
  const { rows, offsets, indices } = interactions;
  const isTest = new Uint8Array(indices.length);
  for (let user = 0; user < rows; user++) {
    let [kept, keptDraw] = [-1, -1];
    for (let position = offsets[user]; position < offsets[user + 1]; position++) {
      const draw = hash32(seed, user, indices[position]) / 2 ** 32;
      if (draw < TEST_SHARE) isTest[position] = 1;
      if (draw > keptDraw) [kept, keptDraw] = [position, draw];
    }
    if (kept >= 0) isTest[kept] = 0;
  }
  return { train: selectPairs(interactions, isTest, 0), test: selectPairs(interactions, isTest, 1) };
}

function selectPairs({ rows, columns, offsets, indices }: Csr, side: Uint8Array, wanted: number): Csr {
  const selected = new Uint32Array(rows + 1);
  for (let row = 0; row < rows; row++) {
    let count = selected[row];
    for (let position = offsets[row]; position < offsets[row + 1]; position++) if (side[position] === wanted) count++;
    selected[row + 1] = count;
  }
  return {
    rows,
    columns,
    offsets: selected,
    indices: indices.filter((_, position) => side[position] === wanted),
    values: null,
  };
}
