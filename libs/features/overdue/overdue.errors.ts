import { Problem } from '../../platform/errors/problem.js';

export const nothingOverdue = () =>
  new Problem(
    409,
    'nothing_overdue',
    'The organization owes nothing that is overdue, or has paid by now. Look at the list again.',
  );

export const graceOutOfRange = (endsAt: Date, days: number) =>
  new Problem(
    400,
    'grace_out_of_range',
    `More time can be given until a moment after ${endsAt.toISOString()}, and at most ${days} days from now. Choose another.`,
  );

/** @param seconds until the next one may be sent */
export const remindedAlready = (seconds: number) =>
  new Problem(429, 'reminded_already', 'A reminder was sent within the last day. Wait before you send another.', {
    headers: { 'retry-after': String(seconds) },
  });
