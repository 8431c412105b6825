import { recommendation } from './recommendation/task.js';
import type { Task } from './task.js';

const registry = { recommendation } satisfies Record<string, Task>;

export type TaskKey = keyof typeof registry;

/** Every task by its key: a new one is a folder and a line here. */
export const tasks: Record<TaskKey, Task> = registry;
