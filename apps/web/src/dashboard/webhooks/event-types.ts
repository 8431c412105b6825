import { WebhookEventType } from '../../api/client';

/** What an endpoint may ask for. A test comes to every endpoint, so there is nothing to choose. */
export const EVENT_TYPES = Object.values(WebhookEventType).filter((type) => type !== WebhookEventType.WEBHOOK_TEST);
