export { BillingModule } from './billing.module.js';
export { CheckoutService } from './checkout.service.js';
export { upcomingInvoiceSchema } from './billing.schema.js';
export { BillingService } from './billing.service.js';
export { type MeterPrice, priceOf } from './invoice-lines.js';
