import type { Backend } from '../../libs/compute/device/open-device.js';
import { dimensions, hasFlag, option, rounds, show } from '../command-line.js';
import type { FamilyBenches } from '../family-benches.js';
import { benchAls } from './als.js';
import { benchEmbedding } from './embedding.js';
import { measureAls } from './gpu/als.js';
import { measureEmbedding } from './gpu/embedding.js';
import { measureSequence } from './gpu/sequence.js';
import { SPEED_SETS } from './interactions.js';
import { benchScale } from './scale.js';
import { benchTopK } from './top-k.js';

export const recommender: FamilyBenches = {
  benches: {
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
      const allowFallback = hasFlag('allow-software');
      show(await benchEmbedding({ users: users!, items: items!, batch: batch!, rounds, backend, allowFallback }));
    },
    scale: async () => console.table(benchScale(dimensions)),
  },
  gpuParts: {
    als: measureAls,
    embedding: measureEmbedding,
    sequence: measureSequence,
  },
};
