import type { Content, ImportProgress, ImportTask } from '../../libs/features/data-sets/worker.js';

/** The work of an import process, with what the engine may hold of its memory. */
export interface ImportOrder {
  task: ImportTask;
  memoryBytes: number;
}

/** What an import process says, how far it has come and in the end what came of it. `refused`: the file is wrong; `crashed`: the machine had no room for it. */
export type ImportMessage =
  | { kind: 'progress'; progress: ImportProgress }
  | { kind: 'content'; content: Content }
  | { kind: 'refused'; reason: string }
  | { kind: 'crashed'; reason: string };
