import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';

const FOLDER = path.resolve('bench/recommender/peers');
const ENVIRONMENT = path.resolve('.kindred/peers');

/** Python with the peers, installed on first use; null where that cannot be had. */
function installPeers(): string | null {
  const python = path.join(ENVIRONMENT, 'bin/python');
  if (existsSync(path.join(ENVIRONMENT, 'installed'))) return python;
  const steps = [
    ['python3', '-m', 'venv', ENVIRONMENT],
    [python, '-m', 'pip', 'install', '--quiet', '-r', path.join(FOLDER, 'requirements.txt')],
    ['touch', path.join(ENVIRONMENT, 'installed')],
  ];
  for (const [command, ...args] of steps) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
    if (status === 0) continue;
    console.log(
      `The Python peers are left out: "${[command, ...args].join(' ')}" failed: ${error?.message ?? stderr.trim()}`,
    );
    return null;
  }
  return python;
}

/** GFLOP/s of OpenBLAS on two threads; null without the peers. */
export function measurePeak(): number | null {
  const python = installPeers();
  if (!python) return null;
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '2' };
  return Number(spawnSync(python, [path.join(FOLDER, 'sgemm.py')], { encoding: 'utf8', env }).stdout);
}

/** `implicit` in a Python process of its own. */
export class ImplicitPeer {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  /** Null, with a line that says why, where the machine has no Python or no pip. */
  static open(): ImplicitPeer | null {
    const python = installPeers();
    return python === null ? null : new ImplicitPeer(python);
  }

  private constructor(python: string) {
    // One BLAS thread for each of the peer's own threads, as its documentation advises.
    const env = { ...process.env, OPENBLAS_NUM_THREADS: '1' };
    this.child = spawn(python, [path.join(FOLDER, 'implicit_peer.py')], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    const reader: Interface = createInterface({ input: this.child.stdout! });
    this.lines = reader[Symbol.asyncIterator]();
  }

  async ask<T>(request: { do: string; [argument: string]: unknown }): Promise<T> {
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error('The peer ended; see above.');
    return JSON.parse(value) as T;
  }

  close(): void {
    this.child.stdin!.end();
  }
}
