export { UsageModule } from './usage.module.js';
export { UsageRecorder } from './usage.recorder.js';
export type { MeteredQuantity } from './usage.repository.js';
export { METERS, type MeterKey, type UsageEvent } from './usage.schema.js';
export { UsageService } from './usage.service.js';
