import { Problem } from '../../platform/errors/problem.js';

export const idTaken = (id: string) =>
  new Problem(
    409,
    'usage_event_exists',
    `The ledger holds another entry under the id ${id}. Send the same correction again as it was, or give the new one an id of its own.`,
  );

export const tooManyRows = (most: number) =>
  new Problem(
    422,
    'too_many_rows',
    `These groups make more than ${most} rows. Ask for a shorter range, for fewer groups, or for one project, key or meter alone.`,
  );
