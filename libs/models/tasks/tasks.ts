import type { z, ZodType } from 'zod';
import { classification } from './classification/task.js';
import { recommendation } from './recommendation/task.js';
import type { Task } from './task.js';

const registry = { recommendation, classification } satisfies Record<string, Task>;

export type TaskKey = keyof typeof registry;

type Registry = typeof registry;

/** Every task by its key: a new one is a folder and a line here. */
export const tasks: Record<TaskKey, Task> = registry;

type Operations<K extends TaskKey> = Registry[K]['operations'];

/** A loaded model: a method for each operation of its task that it can carry out. Stateless, so that calls may interleave. */
export type Predictor<K extends TaskKey = TaskKey> = {
  /** Estimate of the memory held while loaded, in bytes. */
  readonly byteLength: number;
} & {
  [O in keyof Operations<K>]?: Operations<K>[O] extends {
    request: infer Q extends ZodType;
    answer: infer A extends ZodType;
  }
    ? (request: z.output<Q>) => Promise<z.output<A>>
    : never;
};
