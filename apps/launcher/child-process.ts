import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

const RESTART_MS = 1_000;
const STOP_MS = 30_000;
const READY_MS = 60_000;

/**
 * One of the platform's processes: started in its own process group so that Ctrl-C reaches only us, started again when it
 * dies, stopped with SIGTERM and, failing that, SIGKILL. It learns of our own death from its closed channel.
 */
export class PlatformProcess {
  private child: ChildProcess | undefined;
  private isStopping = false;

  constructor(
    private readonly name: string,
    private readonly script: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly logFile: string,
  ) {}

  /** Resolves when the process says that it is ready; rejects when it ends before that. */
  async start(): Promise<void> {
    const log = openSync(this.logFile, 'a', 0o600);
    const child = spawn(process.execPath, ['--enable-source-maps', this.script], {
      env: this.env,
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    });
    closeSync(log);
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(this.error(`was not ready within ${READY_MS / 1000} seconds`)), READY_MS);
      child.once('message', resolve);
      child.once('exit', (code, signal) => reject(this.error(`ended with ${signal ?? code} before it was ready`)));
      child.once('error', reject);
      child.once('message', () => clearTimeout(timer));
      child.once('exit', () => clearTimeout(timer));
    });
    child.once('exit', (code, signal) => void this.restart(signal ?? code));
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  private async restart(why: string | number | null): Promise<void> {
    if (this.isStopping) return;
    console.error(`The ${this.name} ended (${why}) and is started again; its log is ${this.logFile}`);
    await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    if (!this.isStopping) await this.start().catch((error: Error) => this.restart(error.message));
  }

  private error(what: string): Error {
    return new Error(`the ${this.name} ${what}; its log is ${this.logFile}`);
  }
}
