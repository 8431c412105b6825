import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Csr } from '../../../libs/compute/csr/kernel.js';
import type { Timing } from '../../measure.js';

const TICKS_PER_SECOND = 100;

/**
 * Google Research's iALS++ (C++, Eigen), from a checkout that IALSPP_SOURCE names (`ials/vae_benchmarks`); null without one.
 * Its program trains epoch after epoch, so it is halted between ours.
 */
export class IalsppPeer {
  private readonly child: ChildProcess;
  private readonly epochs: AsyncIterator<string>;

  static async open(folder: string, train: Csr, dimensions: number, blockSize: number): Promise<IalsppPeer | null> {
    const source = process.env['IALSPP_SOURCE'];
    if (!source || !existsSync(path.join(source, 'ialspp_main.cc'))) {
      console.log('iALS++ of Google Research is left out: IALSPP_SOURCE names no folder with ialspp_main.cc.');
      return null;
    }
    const program = path.join(folder, 'ialspp');
    const flags = ['-O3', '-march=native', '-DNDEBUG', '-std=c++17', '-pthread', '-I/usr/include/eigen3'];
    const { status, stderr } = spawnSync('c++', [...flags, path.join(source, 'ialspp_main.cc'), '-o', program]);
    if (status !== 0) {
      console.log(`iALS++ of Google Research is left out: ${stderr.toString().trim().split('\n').pop()}`);
      return null;
    }
    const file = path.join(folder, 'train.csv');
    await writePairs(file, train);
    const peer = new IalsppPeer(program, file, dimensions, blockSize);
    // It reads its data and trains from the start; only after an epoch can it be halted.
    await peer.sweep();
    return peer;
  }

  private constructor(program: string, file: string, dimensions: number, blockSize: number) {
    const settings = {
      train_data: file,
      test_train_data: file,
      test_test_data: file,
      embedding_dim: dimensions,
      block_size: blockSize,
      unobserved_weight: 0.111,
      regularization: 0.0111,
      regularization_exp: 0,
      eval_during_training: 0,
      epochs: 1_000,
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.epochs = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]();
  }

  /** One epoch, after which the program is halted. */
  async sweep(): Promise<Timing> {
    this.child.kill('SIGCONT');
    const before = this.cpuSeconds();
    for (;;) {
      const { value, done } = await this.epochs.next();
      if (done) throw new Error('iALS++ ended; see above.');
      const wall = /Train=(\d+)/.exec(value)?.[1];
      if (!wall) continue;
      this.child.kill('SIGSTOP');
      return { wall: Number(wall) / 1e3, cpu: this.cpuSeconds() - before };
    }
  }

  close(): void {
    this.child.kill('SIGKILL');
  }

  /** User and system time of the process so far (`man proc`, fields 14 and 15). */
  private cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }
}

async function writePairs(file: string, { rows, offsets, indices }: Csr): Promise<void> {
  const stream = createWriteStream(file);
  stream.write('user,item\n');
  for (let row = 0; row < rows; row++) {
    let lines = '';
    for (let position = offsets[row]; position < offsets[row + 1]; position++) lines += `${row},${indices[position]}\n`;
    if (!stream.write(lines)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}
