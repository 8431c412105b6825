export { LedgerChecker } from './ledger-check.js';
export { LedgerRepository } from './ledger.repository.js';
export { type Period, periodAt } from './period.js';
export { type BillingContext, hashPayload, type MeteredCall, type UsageEvent, type Use } from './usage-event.js';
export { UsageRecorder } from './usage-recorder.js';
export { UsageApiModule, UsageModule } from './usage.module.js';
export type { MeteredQuantity, OriginQuantity, PeriodQuantity } from './usage.repository.js';
export { type CompletedWork, UsageService } from './usage.service.js';
