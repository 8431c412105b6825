export { InvoiceFollower } from './invoice-follower.js';
export { InvoiceFollowingModule, InvoicesModule } from './invoices.module.js';
