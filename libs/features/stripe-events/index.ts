export { StripeEventsModule } from './stripe-events.module.js';
export type { PaymentFailure } from './stripe-events.service.js';
