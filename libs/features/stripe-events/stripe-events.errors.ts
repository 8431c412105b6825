import { Problem } from '../../platform/errors/problem.js';

export const wrongSignature = () =>
  new Problem(
    400,
    'wrong_signature',
    'The webhook is not signed with our secret, or was signed more than five minutes ago.',
  );

export const eventUnderWay = () =>
  new Problem(409, 'event_under_way', 'The event is being followed just now: look again in half a minute.');
