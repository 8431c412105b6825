import { Problem } from '../../platform/errors/problem.js';

export const otherTask = (task: string, other: string) =>
  new Problem(
    409,
    'wrong_task',
    `The deployment answers ${task} for as long as it lives, and this version is for ${other}. Make a deployment of its own for it.`,
  );
