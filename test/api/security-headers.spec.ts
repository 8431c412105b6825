import request from 'supertest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from '../factories/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const get = (path: string, accept = '*/*') => request(api.url).get(path).set('accept', accept);
const policyOf = (headers: Record<string, string>) =>
  Object.fromEntries(
    headers['content-security-policy']!.split(';').map((directive) => {
      const [name, ...values] = directive.trim().split(' ');
      return [name, values];
    }),
  );

it('S19: each page comes with a nonce of its own, which its scripts and styles carry', async () => {
  const nonces = new Set<string>();
  for (const path of ['/', '/login', '/projects/x/models?tab=1', '/nowhere', '/docs', '/docs/api/models']) {
    const { text, headers } = await get(path, 'text/html,*/*').expect(path === '/nowhere' ? 404 : 200);
    const policy = policyOf(headers);
    const nonce = /^'nonce-(.{24})'$/.exec(policy['script-src']![0]!)![1]!;
    nonces.add(nonce);
    expect(policy).toEqual({
      'default-src': ["'none'"],
      'script-src': [`'nonce-${nonce}'`, "'strict-dynamic'"],
      'style-src': ["'self'", `'nonce-${nonce}'`],
      'img-src': ["'self'", 'data:', 'https:'],
      'font-src': ["'self'"],
      'connect-src': ["'self'"],
      'worker-src': ["'self'"],
      'base-uri': ["'none'"],
      'form-action': ["'self'"],
      'frame-ancestors': ["'none'"],
    });
    const tags = text.match(/<(script|style|link rel="(stylesheet|modulepreload)")[^>]*>/g)!;
    expect(tags.length).toBeGreaterThan(2);
    for (const tag of tags) expect(tag).toContain(`nonce="${nonce}"`);
    expect(text).not.toContain('NONCE_OF_THIS_ANSWER');
  }
  expect(nonces.size).toBe(6);
  const { headers, text } = await get('/');
  expect(text).not.toContain('NONCE_OF_THIS_ANSWER');
  expect(headers['cache-control']).toBe('no-cache');
});

it('S19: every answer stands in no frame, may use no device, and is no page where it is data', async () => {
  for (const path of ['/', '/docs', '/v1/me', '/v1/nowhere', '/livez', '/favicon.svg']) {
    const { headers } = await get(path);
    expect(headers['x-frame-options'], path).toBe('DENY');
    expect(headers['x-content-type-options'], path).toBe('nosniff');
    for (const feature of ['camera', 'microphone', 'geolocation', 'payment', 'usb'])
      expect(headers['permissions-policy'], path).toContain(`${feature}=()`);
    expect(policyOf(headers)['frame-ancestors'], path).toEqual(["'none'"]);
  }
  expect(policyOf((await get('/v1/me')).headers)).toMatchObject({
    'default-src': ["'none'"],
    'form-action': ["'none'"],
  });
});
