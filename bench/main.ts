// `npm run bench -- als|top-k|embedding|scale|metering|gpu [--set A|B] [--items 200000] [--dimensions 128] [--rounds 5]`: side by side with the peers, in
// this very minute and on this very machine; the ratios are what counts. `gpu` is described in bench/gpu/README.md.
import type { Backend } from '../libs/compute/device/open-device.js';
import { benchAls } from './als.js';
import { benchEmbedding } from './embedding.js';
import { benchGpu, GPU_PARTS } from './gpu/bench.js';
import { SPEED_SETS } from './interactions.js';
import type { Comparison } from './measure.js';
import { benchMetering } from './metering/bench.js';
import { benchScale } from './scale.js';
import { benchTopK } from './top-k.js';

const [bench, ...args] = process.argv.slice(2);

function option(name: string, fallback: string): string {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? fallback : args[at + 1];
}

function show(comparisons: Comparison[]): void {
  console.table(
    Object.fromEntries(
      comparisons.map(({ name, wall, cpu, wallRatio, cpuRatio }) => [
        name,
        {
          'wall ms': +(wall * 1e3).toFixed(2),
          'CPU ms': +(cpu * 1e3).toFixed(2),
          'wall ×': +wallRatio.toFixed(2),
          'CPU ×': +cpuRatio.toFixed(2),
        },
      ]),
    ),
  );
}

const rounds = Number(option('rounds', '5'));
const dimensions = Number(option('dimensions', '128'));
const BENCHES: Record<string, () => Promise<void>> = {
  als: async () => {
    const methods = option('solvers', 'conjugate-gradient,cholesky,block-descent').split(',');
    const { comparisons, quality } = await benchAls(
      SPEED_SETS[option('set', 'A') as keyof typeof SPEED_SETS],
      dimensions,
      rounds,
      methods,
    );
    comparisons.forEach(show);
    console.table(quality);
  },
  'top-k': async () => {
    const { batch, single, differing } = await benchTopK(Number(option('items', '200000')), dimensions, rounds);
    show(batch);
    show(single);
    console.table(differing);
  },
  embedding: async () => {
    const backend = option('backend', 'wasm') as Backend;
    const [users, items, batch] = ['users', 'items', 'batch'].map((name, i) =>
      Number(option(name, ['100000', '20000', '4096'][i]!)),
    );
    const allowFallback = args.includes('--allow-software');
    show(await benchEmbedding({ users: users!, items: items!, batch: batch!, rounds, backend, allowFallback }));
  },
  scale: async () => console.table(benchScale(dimensions)),
  metering: async () => {
    const { ledger, serving, keyMicroseconds } = await benchMetering(rounds);
    show(ledger);
    console.table(serving);
    console.log(`${keyMicroseconds.toFixed(1)} µs to check a known API key`);
  },
  gpu: async () => {
    const parts = option('parts', GPU_PARTS.join(',')).split(',');
    const scale = Number(option('scale', '1'));
    process.exitCode = await benchGpu({ scale, allowSoftware: args.includes('--allow-software'), parts });
  },
};
if (!BENCHES[bench]) {
  console.error(`kindred: there is no bench "${bench ?? ''}": it is one of ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(1);
}
await BENCHES[bench]();
process.exit();
