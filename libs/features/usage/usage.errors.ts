import { Problem } from '../../platform/errors/problem.js';

export const idTaken = (id: string) =>
  new Problem(
    409,
    'usage_event_exists',
    `The ledger holds another entry under the id ${id}. Send the same correction again as it was, or give the new one an id of its own.`,
  );
