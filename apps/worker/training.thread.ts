import { parentPort, workerData } from 'node:worker_threads';
import { readTrainingInput, type TrainingTask } from '../../libs/features/training-jobs/worker.js';
import { sharedEngine } from '../../libs/models/engine.js';
import { TrainingInputError } from '../../libs/models/family.js';
import { createTrainer } from '../../libs/models/trainers.js';
import type { ThreadMessage } from './thread-training-runner.js';

const { interactionsFile, itemsFile, ...options } = workerData as TrainingTask;
const say = (message: ThreadMessage, transfer: ArrayBuffer[] = []) => parentPort!.postMessage(message, transfer);

try {
  const input = await readTrainingInput(interactionsFile, itemsFile);
  const trainer = createTrainer(input, { ...options, engine: await sharedEngine() });
  while (!trainer.done) say({ kind: 'progress', progress: await trainer.epoch() });
  const result = await trainer.finalize();
  say({ kind: 'result', result }, [result.artifact.buffer]);
} catch (error) {
  if (!(error instanceof TrainingInputError)) throw error;
  say({ kind: 'refused', reason: error.message });
}
