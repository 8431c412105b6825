export { StripeEventsModule } from './stripe-events.module.js';
