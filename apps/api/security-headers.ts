import { randomBytes } from 'node:crypto';
import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../../libs/platform/config/config.js';

/** An answer of the API is no page: where a browser shows it all the same, nothing in it runs or loads. */
const OF_ANSWERS = { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] };

const UNUSED_FEATURES = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
];
const PERMISSIONS_POLICY = UNUSED_FEATURES.map((feature) => `${feature}=()`).join(', ');

/** What every answer tells a browser that it may not do; the dashboard's pages have a policy each, see `pagePolicy`. */
export async function setSecurityHeaders(app: NestFastifyApplication, { PUBLIC_URL }: Config): Promise<void> {
  await app.register(helmet, {
    hsts: PUBLIC_URL.startsWith('https:'),
    xFrameOptions: { action: 'deny' },
    contentSecurityPolicy: { useDefaults: false, directives: OF_ANSWERS },
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (_, reply) => void reply.header('permissions-policy', PERMISSIONS_POLICY));
}

/** Good for one answer: nobody who writes into a page can know it. */
export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

/**
 * Of a page of the dashboard: what carries the nonce runs, and what that loads; nothing else does.
 *
 * @param hasFrames of our own, as the page that shows mails has
 */
export function pagePolicy(nonce: string, { hasFrames = false } = {}): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // Pictures of a customer's items, from where their own catalogue keeps them.
    "img-src 'self' data: https:",
    "font-src 'self'",
    "connect-src 'self'",
    // The proof of work runs beside the page.
    "worker-src 'self'",
    ...(hasFrames ? ["frame-src 'self'"] : []),
    "base-uri 'none'",
    // Checkout is reached by a link, not by a form.
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join(';');
}
