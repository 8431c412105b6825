export { ApiServed, type TryQuery, tryQuerySchema } from './api-served.js';
export { IdempotencyKey } from './idempotency-key.js';
export { KeptRequests } from './kept-requests.js';
export { RememberedAnswers } from './remembered-answers.js';
export { tooManyCalls } from './serving.errors.js';
export { ServingModule } from './serving.module.js';
export { ServingService } from './serving.service.js';
