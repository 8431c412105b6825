import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openFile } from './open-file.js';
import type { Target } from './target.js';

let server: http.Server;
let port: number;
let called = 0;

beforeAll(async () => {
  server = http.createServer((_, response) => {
    called++;
    response.end('secret');
  });
  // Every address of this machine, so that a hole in the guard reaches something.
  await new Promise<void>((resolve) => server.listen(0, resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const open = (target: Target) =>
  openFile(target, { etag: null, lastModified: null }, AbortSignal.timeout(10_000), false);

describe('a file', () => {
  it.each(['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '169.254.169.254', '[::ffff:127.0.0.1]'])(
    'at %s is fetched neither over https nor from a store, as its name resolves for this very connection',
    async (host) => {
      for (const protocol of ['http', 'https']) {
        const url = `${protocol}://${host}:${port}/`;
        await expect(open({ url }), url).rejects.toThrow(/is not at a public address/);
        const s3 = { endpoint: url, accessKeyId: 'a', secretAccessKey: 'b' };
        await expect(open({ url: 's3://bucket/key', s3 }), url).rejects.toThrow(/is not at a public address/);
      }
      expect(called).toBe(0);
    },
  );

  it.each([
    ['https or http', { url: 'http://127.0.0.1:PORT/' }],
    ['S3', { url: 's3://bucket/key', s3: { endpoint: 'http://127.0.0.1:PORT' } }],
  ])('of a server that says nothing, over %s, is waited for a minute and no longer', async (_, target) => {
    let isAsked = () => {};
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const silent = http.createServer((_request, response) => {
      // A head that comes byte by byte is none yet.
      response.socket!.write('HTTP/1.1 200 OK\r\nx: ');
      isAsked();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const at = JSON.parse(JSON.stringify(target).replace('PORT', String((silent.address() as AddressInfo).port)));
      const none = { etag: null, lastModified: null };
      const ended = expect(openFile(at, none, new AbortController().signal, true)).rejects.toThrow(/in time/);
      await asked;
      await vi.advanceTimersByTimeAsync(60_000);
      await ended;
    } finally {
      vi.useRealTimers();
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('whose key is no URL is refused in words', async () => {
    await expect(open({ url: 's3://bucket/100%.csv' })).rejects.toThrow(/must have a % of its own as %25/);
  });
});
