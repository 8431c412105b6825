import type { Engine } from '../libs/compute/engine/engine.js';
import { instructionSets, openEngine } from '../libs/compute/engine/open-engine.js';

/** What every contender may use. */
export const THREADS = 2;

/** The native addon with each instruction set of this machine, fastest first, and WebAssembly. */
export async function openEveryEngine(): Promise<Engine[]> {
  const native = instructionSets().map((instructionSet) =>
    openEngine({ backend: 'native', instructionSet, threads: THREADS }),
  );
  return Promise.all([...native, openEngine({ backend: 'wasm', threads: THREADS })]);
}
