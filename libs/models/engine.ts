import type { Engine } from '../compute/engine/engine.js';
import { openEngine } from '../compute/engine/open-engine.js';

let opened: Promise<Engine> | undefined;

/** The engine that everything in this process or thread shares, opened when it is first asked for. */
export function sharedEngine(): Promise<Engine> {
  return (opened ??= openEngine());
}
