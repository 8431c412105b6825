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
  upcomingInvoiceSchema,
} from './billing.schema.js';
export { BillingService } from './billing.service.js';
export { paymentFailedMail, toInvoiceEvent, toPaymentFailedEvent } from './invoice-events.js';
export {
  meterInWords,
  minorDigits,
  type PriceVersion,
  rate,
  type RatedLine,
  toMain,
  toMinor,
  withTerms,
} from './invoice-lines.js';
export { amountOf, type MeterPrice, priceOf, segmentsOf, unitsWithin } from './meter-price.js';
export { countsFrom, OVERDUE_STAGES, type OverdueStage, stageAfter, stageEndsAt } from './overdue.js';
export { SubscriptionFollower } from './subscription-follower.js';
export { fromStripe } from './stripe-time.js';
