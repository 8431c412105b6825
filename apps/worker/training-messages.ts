import type { TrainedModel, TrainingReport, TrainingTask } from '../../libs/features/training-jobs/worker.js';

/** What the worker says to a training process: the work, with the folder for its files, and later that it is to stop. */
export type TrainingOrder =
  { kind: 'train'; task: TrainingTask; directory: string; checkpointSeconds: number } | { kind: 'stop' };

/** What a training process says. `refused`: the customer can act; `crashed`: another try may help. */
export type TrainingMessage =
  | { kind: 'report'; report: TrainingReport }
  | { kind: 'log'; line: string }
  | { kind: 'checkpoint'; file: string }
  | { kind: 'result'; model: TrainedModel }
  | { kind: 'refused'; reason: string }
  | { kind: 'crashed'; reason: string }
  | { kind: 'stopped' };
