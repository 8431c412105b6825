import type { Csr } from '../csr/kernel.js';
import { output, type Engine, type RunOptions } from '../engine/engine.js';
import type { HeldOutRanks } from './reference.js';

export type { HeldOutRanks } from './reference.js';

/** Every metric over the full catalogue follows from these counts; see {@link heldOutRanksReference} for the rule. */
export async function heldOutRanks(
  engine: Engine,
  scores: Float32Array,
  heldOut: Csr,
  excluded: Csr | null,
  options: RunOptions = {},
): Promise<HeldOutRanks> {
  const count = heldOut.indices.length;
  const ranks = { above: new Uint32Array(count), tied: new Uint32Array(count) };
  const args = [
    heldOut.rows,
    heldOut.columns,
    scores,
    heldOut.offsets,
    heldOut.indices,
    excluded && excluded.offsets,
    excluded && excluded.indices,
    output(ranks.above),
    output(ranks.tied),
  ];
  await engine.run('held_out_ranks', args, { pieces: heldOut.rows }, options);
  return ranks;
}
