import { afterAll } from 'vitest';
import type { Engine } from './engine.js';
import { instructionSets, openEngine } from './open-engine.js';

/** For specs: the native addon with each instruction set of this machine, and WebAssembly, each on two threads. */
export const everyEngine: [name: string, engine: Engine][] = [];

for (const instructionSet of instructionSets())
  everyEngine.push([instructionSet, await openEngine({ backend: 'native', instructionSet, threads: 2 })]);
everyEngine.push(['wasm', await openEngine({ backend: 'wasm', threads: 2 })]);

afterAll(() => Promise.all(everyEngine.map(([, engine]) => engine.close())));
