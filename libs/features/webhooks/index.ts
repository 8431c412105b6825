export { openSecret, sealSecret } from './endpoint-secret.js';
export { WebhooksModule } from './webhooks.module.js';
export type { WebhookEventData } from './webhook-events.js';
export { WebhooksService } from './webhooks.service.js';
