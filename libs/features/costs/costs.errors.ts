import { Problem } from '../../platform/errors/problem.js';

export const unknownCostResource = (kind: string, resource: string) =>
  new Problem(
    400,
    'invalid_request',
    `Nothing of the kind ${kind} is called ${resource}. Name a pool of workers, the key of a meter, or of payments share or payment.`,
    { errors: [{ path: 'resource', message: 'must be something that costs' }] },
  );

export const rateExists = () =>
  new Problem(
    409,
    'cost_rate_exists',
    'There is a rate of the same from that moment on, and rates are never changed. Begin another one later.',
  );
