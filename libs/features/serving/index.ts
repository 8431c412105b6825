export { ApiServed } from './api-served.js';
export { parseIdempotencyKey } from './idempotency-key.js';
export { KeptRequests } from './kept-requests.js';
export { ServingModule } from './serving.module.js';
export { ServingService } from './serving.service.js';
