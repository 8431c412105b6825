import { type ChildProcess, execFile, fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { comeAfter } from './priority.js';

/** What a child needs of the environment: where programs, libraries and GPUs are. No address and no secret is among it. */
const NEEDED =
  /^(PATH|HOME|USER|TMPDIR|TEMP|TMP|TZ|LANG|LC_.*|LD_LIBRARY_PATH|DYLD_.*|DISPLAY|VK_.*|XDG_.*|CUDA_.*|NVIDIA_.*|MESA_.*|TF_.*|OMP_.*)$/;

/** Where what was built stands: sources that are run as such, by a test, start children that were built of them. */
const BUILT = new URL(import.meta.url.endsWith('.ts') ? '../../../dist/' : '../../../', import.meta.url);
/** Lowest, so that whatever serves on the same machine comes first. */
const NICENESS = 19;
/** The kernel ends a child before the worker, the API or Postgres where memory runs out. */
const OOM_SCORE = '800';
const WATCH_MS = 100;
const PAGE_BYTES = 4_096;

/**
 * A Node process of our own for work that must not take this one down with it; it speaks over the channel.
 *
 * @param file of what was built, such as apps/worker/import.process.js
 */
export function forkChild(file: string): ChildProcess {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => NEEDED.test(name)));
  const child = fork(fileURLToPath(new URL(file, BUILT)), {
    env,
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    // A session of its own, so that its niceness counts against the worker's and the API's too.
    detached: true,
  });
  // The idle class of the disk's scheduler, where there is one; util-linux brings the program with every Linux.
  if (process.platform === 'linux') execFile('ionice', ['-c', '3', '-p', String(child.pid)], { env }, () => {});
  return child;
}

/** To be called first in a child: its parent alone decides when it ends, and everyone else comes before it. */
export function beChild(niceness = NICENESS): void {
  // A parent that is gone wants no result.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(1));
  comeAfter(niceness);
  try {
    writeFileSync('/proc/self/oom_score_adj', OOM_SCORE);
  } catch {
    // Not on this platform.
  }
}

/** Calls `onOver` once when the process holds more than `bytesMax`, as far as the platform tells. */
export function watchMemory(child: ChildProcess, bytesMax: number, onOver: (bytes: number) => void): void {
  const timer = setInterval(() => {
    const bytes = residentBytes(child.pid!);
    if (bytes <= bytesMax) return;
    clearInterval(timer);
    onOver(bytes);
  }, WATCH_MS);
  child.once('exit', () => clearInterval(timer));
}

function residentBytes(pid: number): number {
  try {
    return PAGE_BYTES * Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  } catch {
    return 0;
  }
}

/** Why a child ended of itself, in plain words. */
export function explainExit(code: number | null, signal: NodeJS.Signals | null, errorOutput: string): string {
  const isOutOfMemory = /heap out of memory|bad_alloc|Array buffer allocation failed/.test(errorOutput);
  if (isOutOfMemory) return 'ran out of memory';
  if (signal === 'SIGKILL') return 'was killed, most likely because the machine ran out of memory';
  return `ended with ${signal ?? `code ${code}`}`;
}

const ERROR_OUTPUT_MAX = 8_000;

/** Passes on what the child writes to its error output and keeps the end of it. */
export function keepErrorOutput(child: ChildProcess): () => string {
  let output = '';
  child.stderr!.on('data', (text: Buffer) => {
    process.stderr.write(text);
    output = (output + text.toString()).slice(-ERROR_OUTPUT_MAX);
  });
  return () => output;
}
