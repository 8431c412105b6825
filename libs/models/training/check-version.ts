import { z } from 'zod';
import type { TrainedVersion } from '../family.js';
import type { Task } from '../tasks/task.js';

/**
 * Holds what a trainer made against its task: finite values of metrics that the task has, the one that decides among them, and a
 * report of the task's form. Throws an Error that names what is wrong, which is the family's fault and not the customer's.
 */
export function checkVersion(
  { metrics, verdictBy, report: form }: Task,
  { recipe, result, report }: TrainedVersion,
): void {
  const { values, baselines } = result;
  if (!Object.hasOwn(values, verdictBy)) throw new Error(`A version of ${recipe} was not measured by ${verdictBy}.`);
  for (const measured of [values, ...Object.values(baselines)]) {
    for (const [metric, value] of Object.entries(measured)) {
      if (!Object.hasOwn(metrics, metric)) throw new Error(`The task of ${recipe} has no metric ${metric}.`);
      if (!Number.isFinite(value)) throw new Error(`The metric ${metric} of ${recipe} came to ${value}.`);
    }
  }
  if (report === null) return;
  const parsed = form.safeParse(report);
  if (!parsed.success)
    throw new Error(`The report of ${recipe} is not of its task's form: ${z.prettifyError(parsed.error)}`);
}
