export { LimitsApiModule, LimitsModule } from './limits.module.js';
export { limitsSchema } from './limits.schema.js';
export { LimitsService } from './limits.service.js';
export { OverdueGuard } from './overdue.guard.js';
export { RateLimitGuard } from './rate-limit.guard.js';
export { Quotas, type Reservation } from './quotas.js';
