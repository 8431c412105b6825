import type { Content, ImportTask } from '../../libs/features/data-sets/worker.js';

/** The work of an import process, with what the engine may hold of its memory. */
export interface ImportOrder {
  task: ImportTask;
  memoryBytes: number;
}

/** What an import process says in the end. `refused`: the file is wrong; `crashed`: the machine had no room for it. */
export type ImportMessage =
  | { kind: 'content'; content: Content }
  | { kind: 'refused'; reason: string }
  | { kind: 'crashed'; reason: string };
