import { Problem } from '../../platform/errors/problem.js';

export const tooManyEndpoints = (max: number) =>
  new Problem(
    409,
    'too_many_webhook_endpoints',
    `An organization has at most ${max} webhook endpoints: delete one that you no longer need.`,
  );

export const notPublic = () => {
  const message = 'must be at a public address: webhooks go neither to localhost nor to a private network';
  return new Problem(400, 'invalid_request', `url: ${message}`, { errors: [{ path: 'url', message }] });
};

export const endpointDisabled = (id: string) =>
  new Problem(
    409,
    'webhook_endpoint_disabled',
    `Webhook endpoint ${id} is disabled: enable it first, then send to it.`,
  );

export const deliveryPending = (id: string) =>
  new Problem(409, 'webhook_delivery_pending', `Webhook delivery ${id} is already queued: wait for its next attempt.`);
