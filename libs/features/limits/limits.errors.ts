import { Problem } from '../../platform/errors/problem.js';
import { type Bound, REQUESTS_PER_SECOND, type RateScope, SPEND } from './remaining.js';

const OF_SCOPE: Record<Exclude<RateScope, 'address'>, string> = {
  user: 'you',
  organization: 'this organization',
  project: 'this project',
  key: 'this API key',
};

/** @param stage of the debt */
export const paymentOverdue = (stage: 'restricted' | 'read_only') =>
  new Problem(
    402,
    'payment_overdue',
    stage === 'restricted'
      ? 'A payment has failed for more than a week, so no training and no import begins. Pay the open invoice on the page Billing; all goes on at once.'
      : 'A payment has failed for more than two weeks, so nothing is changed or called. Pay the open invoice on the page Billing; all goes on at once.',
  );

/** Which limit refuses, and how it opens again. */
export function limitReached(bound: Bound, planName: string, currency: string, periodEnd: Date, now: Date): Problem {
  const until = periodEnd.toISOString();
  const quantity = bound.quantity.toFixed();
  if (bound.resource === SPEND)
    return new Problem(
      402,
      'spend_cap_reached',
      `The spend cap of ${OF_SCOPE[bound.scope]}, ${quantity} ${currency.toUpperCase()} in a billing period, is reached. Raise it under Limits, or wait until ${until}.`,
    );
  if (bound.setBy === 'plan')
    return new Problem(
      402,
      'quota_exceeded',
      `The ${planName} plan allows ${quantity} ${bound.resource}, and they are used up. Change to a larger plan, or wait until ${until}.`,
    );
  return new Problem(
    429,
    'quota_exceeded',
    `The limit of ${OF_SCOPE[bound.scope]}, ${quantity} ${bound.resource} in a billing period, is reached. Raise it under Limits, or wait until ${until}.`,
    { headers: { 'retry-after': String(Math.max(1, Math.ceil((periodEnd.getTime() - now.getTime()) / 1000))) } },
  );
}

/** A plan's limit on how many things there are at a time, or in a billing period that ends. */
export const tooMany = (planName: string, quantity: string, things: string, count: number, end?: Date) =>
  new Problem(
    402,
    'quota_exceeded',
    `The ${planName} plan allows ${quantity} ${things}, and there are ${count}${end ? ` in this billing period, which ends ${end.toISOString()}` : ''}. Change to a larger plan, or remove some first.`,
  );

export function tooFast(scope: RateScope, perSecond: number, seconds: number): Problem {
  const headers = { 'retry-after': String(seconds) };
  if (scope === 'address')
    return new Problem(
      429,
      'rate_limited',
      `More than ${perSecond} requests a second came from your address with this publishable key. Wait ${seconds} s.`,
      { headers },
    );
  return new Problem(
    429,
    'rate_limited',
    `More than ${perSecond} requests a second came for ${OF_SCOPE[scope]}. Wait ${seconds} s, or raise its ${REQUESTS_PER_SECOND} under Limits.`,
    { headers },
  );
}

/** This process may not spend what it leased: Postgres has not heard of it for too long. */
export const leasesStale = () =>
  new Problem(
    503,
    'quota_unknown',
    'Limits could not be checked because the database is not answering. Try again shortly.',
    {
      headers: { 'retry-after': '5' },
    },
  );

export const unknownResource = (resource: string) =>
  new Problem(400, 'validation_failed', 'There is nothing of this name to set a limit on.', {
    errors: [{ path: 'resource', message: `must be a meter, ${SPEND} or ${REQUESTS_PER_SECOND}, not ${resource}` }],
  });

export const unknownOverride = (resource: string) =>
  new Problem(400, 'validation_failed', 'There is nothing of this name to set a limit on.', {
    errors: [{ path: 'resource', message: `must be what a plan says something of, not ${resource}` }],
  });

export const overrideEnded = () =>
  new Problem(
    400,
    'override_ended',
    'The override would end before it begins, so nothing was changed. Choose an end in the future, or none.',
  );
