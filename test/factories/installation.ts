import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { removeEmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { readProc } from './processes.js';

const READY = /Kindred is ready \((\d+\.\d) s\)/;

/** What a newcomer has after `npm start`: the platform with its own data folder and port, started as they would. */
export class Installation {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'kindred-installation-'));
  output = '';
  private process: ChildProcess | undefined;

  private constructor(readonly port: number) {
    // As a clone in a home folder is; a folder that only root may enter has its own test.
    chmodSync(this.directory, 0o755);
  }

  static async create(): Promise<Installation> {
    return new Installation(await freePortPair());
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** @returns seconds that the platform says it took */
  async start(...args: string[]): Promise<number> {
    this.output = '';
    const env = { ...process.env, PORT: String(this.port), KINDRED_DATA_DIR: this.directory, NODE_OPTIONS: '' };
    const child = spawn('npm', ['start', '--', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        this.output += chunk.toString();
        if (READY.test(this.output) && this.output.includes('curl -s')) resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${this.output}`)));
    });
    return Number(READY.exec(this.output)![1]);
  }

  /** Ctrl-C, or another signal; resolves with the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    const child = this.process!;
    if (child.exitCode !== null) return child.exitCode;
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return ended;
  }

  /** The account that `npm start` printed for the demo or the operator. */
  account(which: 'Demo' | 'Operator'): { email: string; password: string } {
    const [, email, password] = new RegExp(`${which} login\\s+(\\S+) / (\\S+)`).exec(this.output)!;
    return { email: email!, password: password! };
  }

  /** Where the printed `curl` line calls. */
  get deploymentUrl(): string {
    return /http\S+\/recommendations/.exec(this.output)![0];
  }

  /** Runs the `curl` line that `npm start` printed. */
  async curl(): Promise<Record<string, any>> {
    const line = this.output.split('\n').find((text) => text.startsWith('curl -s'))!;
    return JSON.parse((await promisify(execFile)('sh', ['-c', line])).stdout);
  }

  /** Its processes, by script or program: those whose arguments or environment name its data folder. */
  processes(): { pid: number; command: string }[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => ({ pid: Number(pid), command: readProc(pid, 'cmdline'), environment: readProc(pid, 'environ') }))
      .filter(
        ({ command, environment }) => command.includes(this.directory) || environment.includes(`=${this.directory}`),
      )
      .map(({ pid, command }) => ({ pid, command }));
  }

  async remove(): Promise<void> {
    await this.stop('SIGTERM');
    await removeEmbeddedPostgres(this.directory);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A free port whose successor, which the local Stripe takes, is free too. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    if ((await isFree(port)) && (await isFree(port + 1))) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
