import type { WebhooksCreateEndpointData } from '../../api/client';

export type EventType = NonNullable<WebhooksCreateEndpointData['body']['eventTypes']>[number];

/** A test comes to an endpoint whatever it asks for, so there is nothing to choose. */
type ChosenEventType = Exclude<EventType, 'webhook.test'>;

// A record, so that an event which is missing here is a type error.
const CHOSEN: Record<ChosenEventType, true> = {
  'training_job.succeeded': true,
  'training_job.failed': true,
  'training_job.cancelled': true,
  'limit.threshold_reached': true,
  'api_key.leaked': true,
  'invoice.finalized': true,
  'invoice.paid': true,
  'invoice.payment_failed': true,
};

export const EVENT_TYPES = Object.keys(CHOSEN) as ChosenEventType[];
