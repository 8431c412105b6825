import type { Engine, RunOptions } from '../engine/engine.js';
import { oneVsRestPassReference, type OneVsRest, type OneVsRestState } from './reference.js';

export { CLASSES_OF_BLOCK, type Labels, type OneVsRest, type OneVsRestState } from './reference.js';

/** See {@link oneVsRestPassReference}. */
export async function oneVsRestPass(
  _engine: Engine,
  problem: OneVsRest,
  state: OneVsRestState,
  pass: number,
  { signal }: RunOptions = {},
): Promise<void> {
  signal?.throwIfAborted();
  oneVsRestPassReference(problem, state, pass);
  return Promise.resolve();
}
