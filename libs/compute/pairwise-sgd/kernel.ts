import { output, type Engine, type RunOptions } from '../engine/engine.js';
import { hash32 } from '../random/kernel.js';
import { PAIRWISE_BLOCKS, type PairwiseSgd } from './reference.js';

export type { PairwiseSgd } from './reference.js';

/**
 * One epoch of BPR in place; see {@link pairwiseSgdEpochReference} for the rule. The same seed gives the same factors, whatever
 * the number of threads.
 */
export async function pairwiseSgdEpoch(
  engine: Engine,
  state: PairwiseSgd,
  { signal, onProgress }: RunOptions = {},
): Promise<void> {
  const { interactions, users, items, dimensions, learningRate, regularization, seed, epoch } = state;
  const { rows, columns, offsets, indices } = interactions;
  const userBlocks = drawBlocks(rows, seed, epoch * 2);
  const itemBlocks = drawBlocks(columns, seed, epoch * 2 + 1);
  const factors = [offsets, indices, output(users), output(items), dimensions, learningRate, regularization];
  const blocks = [userBlocks.members, userBlocks.offsets, itemBlocks.blockOf, itemBlocks.members, itemBlocks.offsets];
  for (let stratum = 0; stratum < PAIRWISE_BLOCKS; stratum++) {
    const args = [...factors, seed >>> 0, epoch, stratum, ...blocks];
    await engine.run('pairwise_sgd', args, { pieces: PAIRWISE_BLOCKS }, { signal });
    onProgress?.((stratum + 1) / PAIRWISE_BLOCKS);
  }
}

/** Assigns each index to a block by seeded hash, and lists them by block. */
function drawBlocks(count: number, seed: number, draw: number) {
  const blockOf = Uint8Array.from({ length: count }, (_, index) => hash32(seed, draw, index) % PAIRWISE_BLOCKS);
  const offsets = new Uint32Array(PAIRWISE_BLOCKS + 1);
  for (const block of blockOf) offsets[block + 1]++;
  for (let block = 0; block < PAIRWISE_BLOCKS; block++) offsets[block + 1] += offsets[block];
  const cursor = offsets.slice();
  const members = new Uint32Array(count);
  blockOf.forEach((block, index) => (members[cursor[block]++] = index));
  return { blockOf, members, offsets };
}
