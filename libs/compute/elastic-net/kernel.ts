import type { Csr } from '../csr/kernel.js';
import type { Engine, RunOptions } from '../engine/engine.js';
import { KeptEntries } from '../similarity/kept.js';
import type { ElasticNet } from './reference.js';

export type { ElasticNet } from './reference.js';

/** See {@link elasticNetReference}; columns are shared out among the threads. */
export async function elasticNet(engine: Engine, net: ElasticNet, options: RunOptions = {}): Promise<Csr> {
  const { gram, size, l1, l2, sweeps, tolerance } = net;
  const limit = Math.min(net.limit, size);
  const kept = new KeptEntries(engine, size, limit);
  try {
    const args = [gram, size, l1, l2, sweeps, tolerance, limit, ...kept.args];
    await engine.run('elastic_net', args, { pieces: size, scratchBytes: 8 * size + 128 }, options);
    return kept.toCsr(size);
  } finally {
    kept.release();
  }
}
