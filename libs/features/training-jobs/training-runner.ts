import type { FamilyKey } from '../../models/manifests.js';
import type { TrainingProgress, TrainingResult } from '../../models/family.js';

/** What a trainer is given: files and settings, and nothing about whose they are. */
export interface TrainingTask {
  family: FamilyKey;
  recipe: string;
  settings: unknown;
  seed: number;
  /** Parquet of the interactions. */
  interactionsFile: string;
  /** Parquet of the items, whose columns become attributes. */
  itemsFile?: string | undefined;
}

/** Where training happens; the worker provides it, so that this feature never loads a trainer. */
export abstract class TrainingRunner {
  /** Name of the device that trains. */
  abstract readonly device: string;

  /**
   * @throws TrainingFailedError where the customer can be told why
   * @throws the signal's reason once it is aborted
   */
  abstract run(
    task: TrainingTask,
    onProgress: (progress: TrainingProgress) => void,
    signal: AbortSignal,
  ): Promise<TrainingResult>;
}

/** Training cannot succeed however often it is tried; the message is for the customer. */
export class TrainingFailedError extends Error {}
