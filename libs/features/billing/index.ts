export { amountSchema, requireMinor } from './amount.js';
export { BillingPeriods } from './billing-periods.js';
export { BillingApiModule, BillingModule, SubscriptionFollowingModule } from './billing.module.js';
export { type BillingPeriod, BillingRepository } from './billing.repository.js';
export { CheckoutService } from './checkout.service.js';
export {
  type CurrencyQuery,
  currencyQuerySchema,
  currencySchema,
  decimal,
  type EstimatePrice,
  estimatePriceSchema,
  priceEstimateSchema,
  priceListSchema,
  type InvoiceLine,
  invoiceLineSchema,
  planSchema,
  upcomingInvoiceSchema,
} from './billing.schema.js';
export { BillingService, toPlanView } from './billing.service.js';
export { beingDeleted, otherCurrencyThanCoupon, withoutCard } from './billing.errors.js';
export { paymentFailedMail, toInvoiceEvent, toPaymentFailedEvent } from './invoice-events.js';
export {
  meterInWords,
  minorDigits,
  type PriceVersion,
  rate,
  scaleUnitPrice,
  type RatedLine,
  toMain,
  toMinor,
  withTerms,
} from './invoice-lines.js';
export { amountOf, type MeterPrice, priceOf, segmentsOf, unitsWithin } from './meter-price.js';
export { aloneLeft, PROPOSAL_MS } from './second-operator.js';
export { disputedOf, type Gone, goneOf, hasOpenDispute, invoiceOfCharge } from './stripe-charges.js';
export { findOrCreateCreditNote, REFUND_FAILED, RefundFailed } from './stripe-credit-notes.js';
export { StripeCoupons } from './stripe-coupons.js';
export { findCard } from './saved-card.js';
export { countsFrom, OVERDUE_STAGES, type OverdueStage, stageAfter, stageEndsAt } from './overdue.js';
export { isWaiting, SubscriptionFollower, toLiveState } from './subscription-follower.js';
export { SubscriptionPrices } from './subscription-prices.js';
export { TURNING_MS } from './paid-subscriptions.js';
export { type CatalogueChange, type CataloguePrice, StripeCatalogue } from './stripe-catalogue.js';
export { type UntaxedSubscription, UntaxedSubscriptions } from './untaxed-subscriptions.js';
export { fromStripe } from './stripe-time.js';
export { UNTAXED_SHARE } from './untaxed-share.js';
