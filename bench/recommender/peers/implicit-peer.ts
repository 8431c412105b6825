import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { installPeers, PythonPeer } from '../../python-peer.js';

const FOLDER = path.resolve('bench/recommender/peers');

/** GFLOP/s of OpenBLAS on two threads; null without the peers. */
export function measurePeak(): number | null {
  const python = installPeers(FOLDER);
  if (!python) return null;
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '2' };
  return Number(spawnSync(python, [path.join(FOLDER, 'sgemm.py')], { encoding: 'utf8', env }).stdout);
}

/** `implicit`; null, with a line that says why, where it cannot be had. */
export function openImplicit(): PythonPeer | null {
  // One BLAS thread for each of the peer's own threads, as its documentation advises.
  return PythonPeer.open(path.join(FOLDER, 'implicit_peer.py'), { OPENBLAS_NUM_THREADS: '1' });
}
