import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayBePublic } from '../../platform/http/guarded-request.js';
import { post } from './post.js';

let server: http.Server;
let port: number;
let called: string[] = [];

beforeAll(async () => {
  server = http.createServer((request, response) => {
    called.push(request.url!);
    request.resume();
    if (request.url === '/private') response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end();
    else if (request.url === '/huge') {
      const chunk = Buffer.alloc(16 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    } else if (request.url === '/drip') response.write('never ending');
    else response.writeHead(200).end('ok');
  });
  // Every address of this machine, so that a hole in the filter reaches something.
  await new Promise<void>((resolve) => server.listen(0, resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const send = (url: string, toPrivate = false) => post(url, {}, '{}', toPrivate);

describe('posting to a public address alone', () => {
  const PRIVATE = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    'localhost',
    '0.0.0.0',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fc00::1]',
  ];

  it.each(PRIVATE)('S24: refuses %s, over http and https', async (host) => {
    called = [];
    for (const protocol of ['http', 'https']) {
      await expect(send(`${protocol}://${host}:${port}/secret`)).rejects.toThrow(/not at a public address/);
    }
    expect(called).toEqual([]);
    // And no endpoint is made of it.
    expect(mayBePublic(`https://${host}:${port}/secret`)).toBe(false);
  });

  it.each(['localhost.', 'api.localhost', '[2002:7f00:1::]'])('makes no endpoint of %s', (host) => {
    expect(mayBePublic(`https://${host}/`)).toBe(false);
  });

  it.each(['shop.example', 'localhost.example', '8.8.8.8', '172.15.0.1', '[2606:4700::1111]'])(
    'may go to %s',
    (host) => {
      expect(mayBePublic(`https://${host}/`)).toBe(true);
    },
  );

  it('says which host has no address without saying more', async () => {
    await expect(send('http://no-such-host.invalid/')).rejects.toThrow(/could not be resolved/);
  });
});

describe('posting to any address', () => {
  const url = (path: string) => `http://127.0.0.1:${port}${path}`;

  it('answers the status, also of a redirect, which it does not follow', async () => {
    called = [];
    expect(await send(url('/'), true)).toBe(200);
    expect(await send(url('/private'), true)).toBe(302);
    expect(called).toEqual(['/', '/private']);
  });

  it('S25: cuts off an answer without end after 64 KiB', async () => {
    expect(await send(url('/huge'), true)).toBe(200);
  });

  it('S25: gives up on an answer that is not complete within ten seconds, though its head came at once', async () => {
    await expect(send(url('/drip'), true)).rejects.toThrow(/no complete answer within 10 seconds/);
  });
});
