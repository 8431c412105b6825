import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type TestApi } from '../factories/api.js';

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

it('the pages for everyone come to whoever takes anything, as probes do', async () => {
  for (const page of ['/', '/pricing', '/status', '/login']) {
    const response = await fetch(`${api.url}${page}`, { headers: { accept: '*/*' } });
    expect([page, response.status, response.headers.get('content-type')]).toEqual([
      page,
      200,
      'text/html; charset=utf-8',
    ]);
  }
});

it('a script of the dashboard comes compressed to whoever takes that, and as it is to others', async () => {
  const script = readdirSync('dist/apps/web/assets').find((name) => /^start-.*\.js$/.test(name));
  const load = async (encoding: string) => {
    const headers = { 'accept-encoding': encoding };
    const response = await fetch(`${api.url}/assets/${script}`, { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/javascript/);
    expect(response.headers.get('cache-control')).toMatch(/immutable/);
    return { encoding: response.headers.get('content-encoding'), text: await response.text() };
  };
  const [compressed, plain] = [await load('br'), await load('identity')];
  expect([compressed.encoding, plain.encoding]).toEqual(['br', null]);
  expect(compressed.text).toBe(plain.text);
});

it('the script for the pages of customers is small, may be loaded by every page, and is kept for good by its version', async () => {
  const load = async (query: string) => {
    const response = await fetch(`${api.url}/kindred.js${query}`, { headers: { 'accept-encoding': 'identity' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/javascript/);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    return { text: await response.text(), caching: response.headers.get('cache-control') };
  };
  const { text, caching } = await load('');
  expect(gzipSync(text).byteLength).toBeLessThanOrEqual(3 * 1024);
  expect(text).not.toMatch(/\bimport\b|\brequire\b/);
  expect(caching).toBe('public, max-age=3600');
  const version = createHash('sha256').update(text).digest('hex').slice(0, 8);
  expect((await load(`?v=${version}`)).caching).toMatch(/immutable/);
  expect((await load('?v=00000000')).caching).toBe(caching);
});
