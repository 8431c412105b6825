import { type ChildProcess, spawn } from 'node:child_process';
import { inject } from 'vitest';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { KINDRED_SECRET } from './platform.setup.js';

/** An API as `npm start` would start it, in a process of its own that a test may kill and start again on its port. */
export class ApiProcess {
  output = '';
  private child: ChildProcess | undefined;

  private constructor(
    private readonly port: number,
    private readonly command: string[],
    private readonly environment: Record<string, string>,
  ) {}

  /**
   * @param wrapper what runs Node, such as strace with its arguments
   * @param root of another build than this one
   */
  static async start(
    environment: Record<string, string> = {},
    wrapper: string[] = [],
    root = '.',
  ): Promise<ApiProcess> {
    const port = await freePort();
    const api = new ApiProcess(port, [...wrapper, process.execPath, `${root}/dist/apps/api/main.js`], {
      DATABASE_URL: inject('appUrl'),
      KINDRED_DATA_DIR: inject('dataDirectory'),
      KINDRED_SECRET,
      PORT: String(port),
      STRIPE_SECRET_KEY: 'sk_test_none',
      STRIPE_WEBHOOK_SECRET: 'whsec_that_only_the_tests_know',
      KINDRED_LOGIN_TRIES: '10000',
      KINDRED_SIGNUPS: '10000',
      KINDRED_SIGN_IN_MS: '0',
      KINDRED_DRAIN_SECONDS: '0',
      // The receivers of the tests are on this machine.
      KINDRED_WEBHOOKS_TO_PRIVATE_ADDRESSES: 'true',
      KINDRED_URL_SOURCES_AT_PRIVATE_ADDRESSES: 'true',
      LOG_LEVEL: 'error',
      ...environment,
    });
    await api.start();
    return api;
  }

  get url(): string {
    return `http://${this.environment['HOST'] ?? '127.0.0.1'}:${this.port}`;
  }

  get pid(): number {
    return this.child!.pid!;
  }

  /** Starts it, or starts it again; resolves when it answers. */
  async start(): Promise<void> {
    const [program = '', ...args] = this.command;
    const child = spawn(program, args, {
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        TZ: 'UTC',
        ...this.environment,
      },
      // Over the channel it hears when the test that started it is gone.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own, so that a signal reaches what the wrapper runs too.
      detached: true,
    });
    this.child = child;
    const keep = (text: Buffer) => (this.output = (this.output + text.toString()).slice(-20_000));
    child.stdout!.on('data', keep);
    child.stderr!.on('data', keep);
    while (!(await this.isReady())) {
      if (child.exitCode !== null) throw new Error(`the API ended with ${child.exitCode}: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.child!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.signal(signal);
    await ended;
  }

  private isReady(): Promise<boolean> {
    return fetch(`${this.url}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
