import type { ZodType } from 'zod';
import type { Device } from '../compute/device/open-device.js';
import type { Engine } from '../compute/engine/engine.js';
import type { Statistics } from './kinds/kind.js';
import type { KindKey } from './kinds/kinds.js';
import type { TaskKey } from './tasks/tasks.js';
import type { Sources } from './training/sources.js';
import type { TrialNews } from './training/trial-news.js';

/** What a customer sees of a running job. */
export interface TrainingProgress {
  phase: 'tuning' | 'fitting' | 'evaluating' | 'refitting' | 'publishing';
  /** 0..1 over the whole job, never falling. */
  progress: number;
  /** The sweep under way within the current fit, from 1; 0 before the first and for a recipe without sweeps. */
  epoch: number;
  /** Sweeps of one fit; 0 for a recipe without sweeps. */
  epochs: number;
  /** Mean training loss of the latest epoch; null for a recipe that measures none. */
  loss: number | null;
  /** A metric of the task on examples that the fit does not see, after the latest epoch that was measured. */
  validation: { metric: string; value: number } | null;
  /** Examples gone through a second, of late; null while nothing is fitted. */
  examplesPerSecond: number | null;
  /** The trial of a search that has just ended; null where none has. */
  trial: TrialNews | null;
}

/** Metric name with its cutoff, such as `recall@20`, to its value; the task defines each name. */
export interface MetricValues {
  [metric: string]: number;
}

/** What a version came to on data that its fit did not see. */
export interface Result {
  values: MetricValues;
  /** The same metrics of the task's baselines, by recipe, on the same data. */
  baselines: Record<string, MetricValues>;
  /** 95 % intervals of some of the values. */
  intervals: Record<string, [low: number, high: number]>;
  /** How many of what the values are means over, such as users. */
  evaluated: { of: string; count: number };
}

/** One version that a job makes. */
export interface TrainedVersion {
  /** What was fitted, which the job's recipe may have chosen. */
  recipe: string;
  artifact: Uint8Array<ArrayBuffer>;
  result: Result;
  /** What else there is to tell, of the task's form; null for nothing. */
  report: unknown;
}

/** What a finished job leaves. */
export interface TrainingResult {
  /** At least one, in order. */
  versions: TrainedVersion[];
  /** What may make them poor, in sentences for the customer. */
  warnings: string[];
}

/** A training job cut into calls short enough that the caller can report progress and stop between them. */
export interface Trainer {
  readonly done: boolean;
  /**
   * Does the next slice of work (a couple of seconds at most on a million interactions). Rejects within 200 ms with the abort
   * signal's reason once it is aborted, with {@link TrainingInputError} where the customer can act, and with an Error when
   * called after `done`. One call at a time.
   */
  epoch(): Promise<TrainingProgress>;
  /**
   * What a trainer of the same input, recipe, settings and seed needs to go on from here, to the same result; null while there
   * is nothing worth keeping. To be called between two calls of `epoch()`.
   */
  checkpoint(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Builds the artifact. Rejects with an Error before `done`. */
  finalize(): Promise<TrainingResult>;
}

export interface TrainerOptions {
  /** A key of the family's `recipes`. */
  recipe: string;
  /** Checked against the recipe's schema; missing settings take their defaults. */
  settings: unknown;
  /** Any integer; the same input, settings and seed give the same artifact bytes. */
  seed: number;
  /** Runs the kernels; the caller closes it. */
  engine: Engine;
  /** What trains next to the engine; the processor where it is absent. */
  device?: Device | undefined;
  signal?: AbortSignal;
  /** Once aborted, a search over recipes ends, and the job goes on with the best that it has found. */
  enough?: AbortSignal | undefined;
  /** Of an earlier attempt; throws the family's artifact error where it is not one of the same job. */
  checkpoint?: Uint8Array | undefined;
  /** What a fit may hold next to its input, in bytes; defaults to a share of the memory of this machine or container. */
  memoryBytesMax?: number;
}

/** The rows of a job's data set. */
export interface SourceSize {
  rows: number;
  statistics: Statistics;
}

/** One recipe of a family. */
export interface RecipeManifest {
  summary: string;
  settings: ZodType;
  /** What a fit is expected to hold beyond its input, in bytes, by the role of each source; errs on the high side. */
  memoryBytes: (settings: Record<string, unknown>, sources: Record<string, SourceSize>) => number;
}

/** A data set that a family can learn from. */
export interface FamilyInput {
  kind: KindKey;
  isRequired: boolean;
  /** What it is good for, for customers. */
  summary: string;
}

/** A model whose answer is corrected. */
export interface CorrectedModel {
  settings: Record<string, unknown>;
  /** That of the version which answered. */
  report: () => Promise<object>;
}

/** What the API needs to know of a family without loading its trainer. */
export interface FamilyManifest {
  task: TaskKey;
  summary: string;
  /** By role. */
  inputs: Record<string, FamilyInput>;
  recipes: Record<string, RecipeManifest>;
  /** Says to the customer why the model could not learn from a row that corrects its answer, and what to do; null where it could. */
  refuseCorrection?: (row: Record<string, string>, model: CorrectedModel) => Promise<string | null>;
}

/** Starts a job on its data sets; throws {@link TrainingInputError} when the recipe, its settings or the input cannot be used. */
export type StartTraining = (sources: Sources, options: TrainerOptions) => Promise<Trainer>;

/** What a family brings to start a job: how its input is read, and what learns from it. The input's type stays with it. */
export function training<Input>(
  read: (sources: Sources, recipe: string) => Promise<Input>,
  create: (input: Input, options: TrainerOptions) => Trainer,
): StartTraining {
  return async (sources, options) => create(await read(sources, options.recipe), options);
}

/** The input cannot be trained on; the message is shown to the customer and says what is wrong, where, and what to do. */
export class TrainingInputError extends Error {
  override readonly name = 'TrainingInputError';
}
