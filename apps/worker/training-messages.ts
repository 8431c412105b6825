import type { Backend } from '../../libs/compute/device/open-device.js';
import type { Trained, TrainingReport, TrainingTask } from '../../libs/features/training-jobs/worker.js';

/** The work of a training process, with the folder for its files. */
export interface TrainingStart {
  kind: 'train';
  task: TrainingTask;
  directory: string;
  checkpointSeconds: number;
  backend: Backend | undefined;
}

/** What the worker says to a training process: its work, then how many threads it may use now, that its search has found enough, and that it is to stop. */
export type TrainingOrder = TrainingStart | { kind: 'stop' } | { kind: 'enough' } | { kind: 'threads'; count: number };

/** What a training process says. `refused`: the customer can act; `crashed`: another try may help. */
export type TrainingMessage =
  | { kind: 'report'; report: TrainingReport }
  | { kind: 'compute'; seconds: number }
  | { kind: 'log'; line: string }
  | { kind: 'checkpoint'; file: string }
  | { kind: 'result'; trained: Trained }
  | { kind: 'refused'; reason: string }
  | { kind: 'crashed'; reason: string }
  | { kind: 'stopped' };
