export { CreditGrantsApiModule, CreditGrantsModule, CreditPurchasesModule } from './credit-grants.module.js';
export { CreditGrantsRepository } from './credit-grants.repository.js';
export { CreditRefundsRepository } from './credit-refunds.repository.js';
export { CreditPurchases } from './credit-purchases.service.js';
