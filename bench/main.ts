// `npm run bench -- als|top-k|embedding|scale|imports|metering|events|pricing|gpu [--set A|B] [--items 200000] [--dimensions 128] [--rounds 5]`: side by side with the peers, in
// this very minute and on this very machine; the ratios are what counts. `gpu` is described in bench/gpu/README.md.
import { hasFlag, option, rounds, show } from './command-line.js';
import { benchEvents } from './events/bench.js';
import { families } from './families.js';
import { benchGpu, GPU_PARTS } from './gpu/bench.js';
import { benchImports } from './imports/bench.js';
import { benchMetering } from './metering/bench.js';
import { benchPricing } from './pricing/bench.js';

const bench = process.argv[2];
const BENCHES: Record<string, () => Promise<void>> = {
  ...Object.assign({}, ...Object.values(families).map(({ benches }) => benches)),
  imports: async () => {
    for (const rows of option('rows', '600000,6000000').split(',').map(Number)) {
      const { csvBytes, comparisons, peakBytes } = await benchImports(rows, rounds);
      console.log(
        `${rows} rows, ${(csvBytes / 1e6).toFixed(0)} MB of CSV; the most memory in MB:`,
        inMegabytes(peakBytes),
      );
      show(comparisons);
    }
  },
  metering: async () => {
    const { ledger, serving, keyMicroseconds } = await benchMetering(rounds);
    show(ledger);
    console.table(serving);
    console.log(`${keyMicroseconds.toFixed(1)} µs to check a known API key`);
  },
  events: async () => show(await benchEvents(rounds)),
  pricing: async () => show(await benchPricing(Number(option('organizations', '100000')), rounds)),
  gpu: async () => {
    const parts = option('parts', GPU_PARTS.join(',')).split(',');
    const scale = Number(option('scale', '1'));
    process.exitCode = await benchGpu({ scale, allowSoftware: hasFlag('allow-software'), parts });
  },
};
const inMegabytes = (sizes: Record<string, number>) =>
  Object.fromEntries(Object.entries(sizes).map(([name, bytes]) => [name, Math.round(bytes / 1e6)]));

if (!bench || !BENCHES[bench]) {
  console.error(`kindred: there is no bench "${bench ?? ''}": it is one of ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(1);
}
await BENCHES[bench]();
process.exit();
