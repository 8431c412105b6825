import { randomBytes } from 'node:crypto';
import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../../libs/platform/config/config.js';

/** An answer of the API is no page: where a browser shows it all the same, nothing in it runs or loads. */
const OF_ANSWERS = { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] };

/** Swagger's page has styles of its own within it; its scripts are files of ours. */
const OF_DOCS =
  "default-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;object-src 'none';base-uri 'none';form-action 'self';frame-ancestors 'none'";

const UNUSED_FEATURES = [
  'accelerometer',
  'autoplay',
  'bluetooth',
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
    .addHook('onRequest', async (request, reply) => {
      void reply.header('permissions-policy', PERMISSIONS_POLICY);
      if (/^\/docs(\/|\?|$)/.test(request.url)) void reply.header('content-security-policy', OF_DOCS);
    });
}

/** Good for one answer: nobody who writes into a page can know it. */
export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

/** Of a page of the dashboard: what carries the nonce runs, and what that loads; nothing else does. */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    // Checkout is reached by a link, not by a form.
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join(';');
}
