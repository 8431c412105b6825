import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Python with what a folder's `requirements.txt` names, installed on first use; null, with a line that says why, where that cannot be had. */
export function installPeers(folder: string): string | null {
  const environment = path.resolve('.kindred/peers', path.relative('bench', folder).replaceAll(path.sep, '-'));
  const [python, mark] = ['bin/python', 'installed'].map((name) => path.join(environment, name)) as [string, string];
  if (existsSync(mark)) return python;
  const steps: [string, ...string[]][] = [
    ['python3', '-m', 'venv', environment],
    [python, '-m', 'pip', 'install', '--quiet', '-r', path.join(folder, 'requirements.txt')],
    ['touch', mark],
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

/** A peer in a Python process of its own: one JSON request a line, one JSON answer a line, so that runs can be interleaved. */
export class PythonPeer {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  /** Null, with a line that says why, where the machine has no Python or no pip. `script` lies next to its `requirements.txt`. */
  static open(script: string, environment: Record<string, string> = {}): PythonPeer | null {
    const python = installPeers(path.dirname(script));
    return python === null ? null : new PythonPeer(python, script, environment);
  }

  private constructor(python: string, script: string, environment: Record<string, string>) {
    const env = { ...process.env, ...environment };
    this.child = spawn(python, [script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
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
