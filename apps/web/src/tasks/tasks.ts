import { plainScreen } from './plain-screen';
import { recommendation } from './recommendation/recommendation';
import type { OperationScreen } from './task';

/** Screens by task and operation: a new task is a folder and a line here. */
const tasks: Record<string, Record<string, OperationScreen>> = { recommendation };

/**
 * The screen of an operation; a plain JSON form where the operation has none of its own.
 *
 * @param schema JSON Schema of the operation's request
 */
export function findScreen(task: string, operation: string, schema: Record<string, unknown>): OperationScreen {
  return tasks[task]?.[operation] ?? plainScreen(schema);
}
