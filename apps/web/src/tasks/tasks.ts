import { classification } from './classification/classification';
import { plainScreen } from './plain-screen';
import { recommendation } from './recommendation/recommendation';
import type { OperationScreen, TaskScreens } from './task';

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

/** How the task draws a version's report, if it has a way of its own. */
export const findReport = (task: string): TaskScreens['Report'] => tasks[task]?.Report;
