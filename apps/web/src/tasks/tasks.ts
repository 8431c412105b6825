import { classification } from './classification/classification';
import { plainScreen } from './plain-screen';
import { recommendation } from './recommendation/recommendation';
import type { OperationScreen, Sample, TaskScreens } from './task';

/** A new task is a folder and a line here. */
const tasks: Record<string, TaskScreens> = { recommendation, classification };

/**
 * The screen of an operation; a plain JSON form where the operation has none of its own.
 *
 * @param schema JSON Schema of the operation's request
 */
export function findScreen(task: string, operation: string, schema: Record<string, unknown>): OperationScreen {
  return tasks[task]?.operations[operation] ?? plainScreen(schema);
}

/** The few numbers that a task tells of a version, if it has any. */
export const findFigures = (task: string): TaskScreens['Figures'] => tasks[task]?.Figures;

/** How the task shows what a version answers, if it does. */
export const findExamples = (task: string): TaskScreens['Examples'] => tasks[task]?.Examples;

/** What may answer in the model's place, in words. */
export const findFallbacks = (task: string): TaskScreens['fallbacks'] => tasks[task]?.fallbacks;

/** Of every task, what a newcomer may try it with, and how a model of the task is trained in seconds. */
export const samples: Record<string, Sample> = Object.fromEntries(
  Object.entries(tasks).map(([task, { sample }]) => [task, sample]),
);

/** How the task draws a version's report, if it has a way of its own. */
export const findReport = (task: string): TaskScreens['Report'] => tasks[task]?.Report;
