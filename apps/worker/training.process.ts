import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type Device, openDevice } from '../../libs/compute/device/open-device.js';
import type { Engine } from '../../libs/compute/engine/engine.js';
import { GpuLostError, GpuOutOfMemoryError } from '../../libs/compute/gpu/errors.js';
import type { TrainedFiles, TrainingTask } from '../../libs/features/training-jobs/worker.js';
import { sharedEngine } from '../../libs/models/engine.js';
import { type TrainedVersion, type Trainer, TrainingInputError } from '../../libs/models/family.js';
import { manifests } from '../../libs/models/manifests.js';
import { ArtifactError } from '../../libs/models/safetensors.js';
import { tasks } from '../../libs/models/tasks/tasks.js';
import { trainers } from '../../libs/models/trainers.js';
import { checkVersion } from '../../libs/models/training/check-version.js';
import { inPlainWords } from '../../libs/platform/http/plain-words.js';
import { isDiskFull } from '../../libs/platform/object-store/disk-full.js';
import { beChild } from '../../libs/platform/processes/children.js';
import { withSources } from './sources.js';
import type { TrainingMessage, TrainingOrder, TrainingStart } from './training-messages.js';

const COMPUTE_MS = 500;

let isStopping = false;
const enough = new AbortController();

beChild();
// Customers read why settings were refused.
z.config({ customError: inPlainWords });

process.on('message', (order: TrainingOrder) => {
  if (order.kind === 'stop') isStopping = true;
  else if (order.kind === 'enough') enough.abort();
  else if (order.kind === 'threads') void sharedEngine().then((engine) => engine.limitThreads(order.count));
  else void train(order).then(() => process.exit(0), explain);
});

async function train({ task, directory, checkpointSeconds, backend }: TrainingStart): Promise<void> {
  const engine = await sharedEngine();
  const { device } = await openDevice({ backend });
  const isAccelerated = device.backend === 'webgpu' || device.backend === 'tfjs-node-gpu';
  const name = isAccelerated ? device.name : `cpu (${engine.name}, ${engine.threads} threads)`;
  const sendCompute = () => send({ kind: 'compute', seconds: secondsOf(device, engine.threads) });
  setInterval(() => void sendCompute(), COMPUTE_MS).unref();
  const trainer = await openTrainer(task, { engine, device });
  let checkpointedMs = performance.now();
  let checkpoints = 0;
  const checkpoint = async () => {
    const bytes = await trainer.checkpoint();
    checkpointedMs = performance.now();
    if (!bytes) return;
    const file = path.join(directory, `checkpoint-${checkpoints++}`);
    await writeFile(file, bytes);
    await sendCompute();
    await send({ kind: 'checkpoint', file });
  };
  while (!trainer.done) {
    if (isStopping) {
      await checkpoint();
      return send({ kind: 'stopped' });
    }
    const progress = await trainer.epoch();
    await send({ kind: 'report', report: { ...progress, device: name, memoryBytes: process.memoryUsage.rss() } });
    if (performance.now() - checkpointedMs >= 1000 * checkpointSeconds) await checkpoint();
  }
  const { versions, warnings } = await trainer.finalize();
  const { task: taskKey } = manifests[task.family];
  for (const version of versions) checkVersion(tasks[taskKey], version);
  const files = [];
  for (const [ordinal, version] of versions.entries()) files.push(await writeVersion(directory, ordinal, version));
  await sendCompute();
  await send({ kind: 'result', trained: { versions: files, warnings } });
}

async function writeVersion(
  directory: string,
  ordinal: number,
  { recipe, artifact, result, report }: TrainedVersion,
): Promise<TrainedFiles> {
  const artifactFile = path.join(directory, `artifact-${ordinal}`);
  await writeFile(artifactFile, artifact);
  const artifactSha256 = createHash('sha256').update(artifact).digest('hex');
  const reportFile = report === null ? null : path.join(directory, `report-${ordinal}.json`);
  if (reportFile) await writeFile(reportFile, JSON.stringify(report));
  return { recipe, result, artifactFile, artifactBytes: artifact.byteLength, artifactSha256, reportFile };
}

/**
 * What the job computed: processor seconds of this process, all of which is the job's, by the cores that it was given, or the
 * seconds that its GPU had work where those are more. Waiting for others who use the machine adds to neither.
 */
function secondsOf({ gpu }: Device, cores: number): number {
  const { user, system } = process.cpuUsage();
  return Math.max((user + system) / 1e6 / cores, gpu?.busySeconds ?? 0);
}

/** A checkpoint that cannot be read costs time, not the job. */
async function openTrainer(
  { family, sources, checkpointFile, ...options }: TrainingTask,
  machine: { engine: Engine; device: Device },
): Promise<Trainer> {
  const start = (checkpoint?: Uint8Array) =>
    withSources(sources, (tables) =>
      trainers[family](tables, { ...options, ...machine, enough: enough.signal, checkpoint }),
    );
  if (checkpointFile) {
    try {
      const trainer = await start(await readFile(checkpointFile));
      await send({ kind: 'log', line: 'Going on from the last checkpoint.' });
      return trainer;
    } catch (error) {
      if (!(error instanceof ArtifactError)) throw error;
      await send({ kind: 'log', line: `Starting anew: ${error.message}` });
    }
  }
  return start();
}

async function explain(error: Error): Promise<void> {
  // Another try would find the same memory.
  const isRefusal = error instanceof TrainingInputError || error instanceof GpuOutOfMemoryError;
  if (!isRefusal) console.error(error);
  const isPlain = isRefusal || error instanceof GpuLostError;
  const ours = isDiskFull(error)
    ? 'the machine that trained ran out of disk space'
    : 'the training process met an internal error';
  const reason = isPlain ? error.message : ours;
  await send({ kind: isRefusal ? 'refused' : 'crashed', reason });
  process.exit(1);
}

/** Resolves once the message has left, so that the process may end. */
function send(message: TrainingMessage): Promise<void> {
  return new Promise((resolve) => process.send!(message, () => resolve()));
}
