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

export const changeUnderWay = () =>
  new Problem(
    409,
    'plan_change_under_way',
    'Another change of the plan or its price is being made at this moment. Look at the page Billing in a minute, and try again where it is still wanted.',
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
    `Your organization pays in ${fixed} since its first plan or credits, so ${currency} cannot be chosen any more. Leave the currency out.`,
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

export const tooManyDecimals = (currency: string, digits: number, path: string) =>
  new Problem(400, 'invalid_request', `The amount has more decimals than ${currency} has: ${digits}.`, {
    errors: [{ path, message: 'must have no more decimals than its currency' }],
  });

export const withoutCard = () =>
  new Problem(
    409,
    'no_card',
    'There is no card on file that could be charged. Pay once, or save one on the page that POST /v1/billing/portal-sessions opens; then try again.',
  );

export const otherCurrencyThanCoupon = (currency: string, own: string) =>
  new Problem(
    409,
    'coupon_other_currency',
    `Your organization's coupon is in ${currency}, so that of what it pays in ${own} nothing could be taken off.`,
  );

export const unknownPeriod = (startsAt: Date) =>
  new Problem(
    404,
    'unknown_period',
    `No billing period of your organization starts at ${startsAt.toISOString()}. GET /v1/billing/spend lists those that there are in periods.`,
  );

export const pausedPlan = (plan: string) =>
  new Problem(
    409,
    'subscription_paused',
    `Your plan ${plan} is paused, or going to be. Resume it on the page Billing first, by DELETE /v1/billing/pause; or choose Free, which ends it.`,
  );

export const notPaused = () =>
  new Problem(409, 'not_paused', 'Your plan is not paused, and no pause is to come, so there is nothing to resume.');

export const trialNotPaused = () =>
  new Problem(
    409,
    'trial_not_paused',
    'A trial cannot be paused: it costs nothing. Choose Free before it ends, or pause the plan once it is paid.',
  );

export const otherPlanNext = () =>
  new Problem(
    409,
    'other_plan_next',
    'Another plan begins with the next period, so there is nothing to pause. Keep the present plan first, by DELETE /v1/billing/plan-change.',
  );

export const resumeRefused = () =>
  new Problem(
    409,
    'card_refused',
    'The card was refused, so nothing was charged and the plan stays paused. Save another card on the page that POST /v1/billing/portal-sessions opens, and resume again.',
  );
