import { Problem } from '../../platform/errors/problem.js';

export const idTaken = (id: string) =>
  new Problem(
    409,
    'usage_event_exists',
    `The ledger already holds a different entry with the id ${id}. Repeat the earlier correction exactly, or give the new one a new id.`,
  );

export const tooManyRows = (most: number) =>
  new Problem(
    422,
    'too_many_rows',
    `The result would have more than ${most} rows. Ask for a shorter range, for fewer groups, or for a single project, key or meter.`,
  );
