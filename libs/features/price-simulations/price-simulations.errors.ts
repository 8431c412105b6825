import { Problem } from '../../platform/errors/problem.js';

export const unknownMeter = (path: string, meter: string) =>
  new Problem(400, 'invalid_request', `There is no meter ${meter}. GET /v1/price-list names those that there are.`, {
    errors: [{ path, message: 'must be the key of a meter' }],
  });

export const simulationUnderWay = () =>
  new Problem(
    409,
    'simulation_under_way',
    'Another simulation is being run, and each reads the usage of all organizations on a plan. Try again when it is done.',
  );
