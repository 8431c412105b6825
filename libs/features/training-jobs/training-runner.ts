import type { TrainedVersion, TrainingProgress } from '../../models/family.js';
import type { KindKey } from '../../models/kinds/kinds.js';
import type { FamilyKey } from '../../models/manifests.js';
import type { AddedFile } from '../data-sets/index.js';

/** A data set to learn from, on this machine's disk; where the kind says so, rows of the files that added ones correct do not count. */
export interface SourceFiles extends Partial<AddedFile> {
  kind: KindKey;
  /** Parquet, in order; none of a data set that no file came for. */
  files: string[];
  /** JSON lines of people who count for others: `from_user_id`, `into_user_id`. */
  mergesFile?: string;
}

/** What a trainer is given: files and settings, and nothing about whose they are. */
export interface TrainingTask {
  family: FamilyKey;
  recipe: string;
  settings: unknown;
  seed: number;
  /** By role. */
  sources: Record<string, SourceFiles>;
  /** Where an earlier attempt had come to. */
  checkpointFile?: string | undefined;
  /** What the fit may hold next to its input. */
  memoryBytesMax: number;
}

/** How a job is doing, with what its process alone knows. */
export interface TrainingReport extends TrainingProgress {
  device: string;
  /** Resident memory of the training process. */
  memoryBytes: number;
}

/** A version that training made, as files that last until {@link TrainingWatch.onResult} is through. */
export interface TrainedFiles extends Pick<TrainedVersion, 'recipe' | 'result'> {
  artifactFile: string;
  artifactBytes: number;
  artifactSha256: string;
  /** JSON; null where there is no report. */
  reportFile: string | null;
}

/** What a job came to. */
export interface Trained {
  /** In order, at least one. */
  versions: TrainedFiles[];
  warnings: string[];
}

/** Who hears of a run. */
export interface TrainingWatch {
  onReport: (report: TrainingReport) => void;
  /** What the process has computed so far, in the seconds that are billed (docs/adr/0015); every second or so, and before the result. */
  onCompute: (seconds: number) => void;
  /** A line for the customer. */
  onLog: (line: string) => void;
  /** The file is gone once the promise settles; a later checkpoint waits until then, or takes the place of one that waits. */
  onCheckpoint: (file: string) => Promise<void>;
  onResult: (trained: Trained) => Promise<void>;
  /** Whether calls are being answered on this machine, which then come first. */
  isServing: () => boolean;
  /** Whether a search over recipes is to end with the best that it has found. */
  isEnough: () => boolean;
  /** Ends the run at once. */
  signal: AbortSignal;
  /** Ends the run with a last checkpoint; it then rejects with {@link TrainingStoppedError}. */
  stop: AbortSignal;
}

/** Where training happens; the worker provides it, so that this feature never loads a trainer. */
export abstract class TrainingRunner {
  /**
   * @throws TrainingFailedError where the customer can be told what to change
   * @throws TrainingCrashedError where another try may help
   * @throws TrainingStoppedError after `stop`
   * @throws the reason of `signal` once it is aborted
   */
  abstract run(task: TrainingTask, watch: TrainingWatch): Promise<void>;
}

/** Training cannot succeed however often it is tried; the message is for the customer. */
export class TrainingFailedError extends Error {}

/** Training ended without being asked to; the message is for the customer. */
export class TrainingCrashedError extends Error {}

/** The worker is going away; the job is another's. */
export class TrainingStoppedError extends Error {}
