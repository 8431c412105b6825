import { Problem } from '../../platform/errors/problem.js';

export const alreadyOnPlan = (plan: string) =>
  new Problem(
    409,
    'already_on_plan',
    `Your organization is already on the plan ${plan}, so there is nothing to pay for.`,
  );

export const payFirst = () =>
  new Problem(
    409,
    'payment_first',
    'A payment is missing, so the plan stays as it is. Pay the open invoice on the page Billing, then change the plan.',
  );

export const periodEnding = () =>
  new Problem(
    409,
    'period_ending',
    'The paid month ends or has ended this very minute, so what a change would do is not certain. Try again in three minutes.',
  );

export const withoutSubscription = () =>
  new Problem(
    409,
    'no_subscription',
    'Your organization pays for no plan yet. Choose one and pay for it by POST /v1/billing/checkout-sessions.',
  );

export const nothingScheduled = () =>
  new Problem(
    409,
    'nothing_scheduled',
    'No other plan was to begin with the next period, so there is nothing to take back.',
  );

export const unknownPlan = (plan: string) =>
  new Problem(404, 'unknown_plan', `There is no plan ${plan}. GET /v1/billing/plans lists the plans that there are.`);

export const unknownCurrency = (currency: string) =>
  new Problem(404, 'unknown_currency', `Nothing is sold in ${currency}. GET /v1/price-list says what there is in usd.`);

export const otherCurrency = (currency: string, fixed: string) =>
  new Problem(
    409,
    'other_currency',
    `Your organization pays in ${fixed} since its first paid plan, so ${currency} cannot be chosen any more. Leave the currency out.`,
  );

export const unknownResource = (resource: string) =>
  new Problem(
    404,
    'unknown_resource',
    `No plan prices or limits ${resource}. GET /v1/price-list names the meters and resources that there are.`,
  );

export const withoutFee = (plan: string) =>
  new Problem(
    409,
    'plan_without_fee',
    `The plan ${plan} has no fee, so there is nothing to pay for. To leave a paid plan, choose it by PUT /v1/billing/plan.`,
  );

export const beingDeleted = () =>
  new Problem(
    409,
    'organization_being_deleted',
    'Your organization is going to be deleted, so nothing can be bought for it. Cancel the deletion first.',
  );

export const unknownPeriod = (startsAt: Date) =>
  new Problem(
    404,
    'unknown_period',
    `No billing period of your organization starts at ${startsAt.toISOString()}. GET /v1/billing/spend lists those that there are in periods.`,
  );
