import { Problem } from '../../platform/errors/problem.js';

export const otherTask = (task: string, other: string) =>
  new Problem(
    409,
    'wrong_task',
    `A deployment keeps its task: this one serves ${task}, and the version is for ${other}. Create a new deployment for it.`,
  );
