import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

/**
 * Lets every process of a lower niceness come first. Where Linux shares the processor out among sessions (autogroup), a niceness
 * counts within its session alone: there a process that leads a session makes it the session's too.
 *
 * @param niceness 0..19
 */
export function comeAfter(niceness: number): void {
  os.setPriority(niceness);
  try {
    // Of the fields after the name, which may hold anything: state, parent, group, session.
    const [, , , session] = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)!.split(' ');
    if (Number(session) === process.pid) writeFileSync('/proc/self/autogroup', String(niceness));
  } catch {
    // Not on this platform.
  }
}
