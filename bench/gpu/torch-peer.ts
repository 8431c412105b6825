import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = path.resolve('bench/gpu/peer.py');

/** PyTorch in a Python process of its own, on the same GPU. */
export class TorchPeer {
  readonly version: string;
  readonly device: string;

  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    about: { version: string; device: string },
  ) {
    this.version = about.version;
    this.device = about.device;
  }

  /** Null where this machine has no Python, no PyTorch, or none that reaches the GPU. */
  static async open(): Promise<TorchPeer | null> {
    const child = spawn('python3', [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
    // Without Python there is no process, and its output ends at once.
    child.on('error', () => {});
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    return done ? null : new TorchPeer(child, lines, JSON.parse(value));
  }

  async ask<T>(request: { do: string; [argument: string]: unknown }): Promise<T> {
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error('PyTorch ended; see above.');
    return JSON.parse(value) as T;
  }

  close(): void {
    this.child.stdin!.end();
  }
}
