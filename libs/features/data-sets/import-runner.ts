import type { Content, ImportTask } from './content-reader.js';
import type { ImportProgress } from './data-sets.schema.js';

/** Who hears of a run. */
export interface ImportWatch {
  onProgress: (progress: ImportProgress) => void;
  /** Ends the run at once. */
  signal: AbortSignal;
}

/** Where files are read; the worker provides it: in a process of its own, which what the file does to it cannot outlive. */
export abstract class ImportRunner {
  /**
   * @throws ContentError where the file cannot be read; the message is for the customer
   * @throws ImportCrashedError where the process ended without being asked to
   * @throws the reason of `signal` once it is aborted
   */
  abstract run(task: ImportTask, watch: ImportWatch): Promise<Content>;
}

/** The file was not read through, for want of memory, disk or time; the message is for the customer. */
export class ImportCrashedError extends Error {}
