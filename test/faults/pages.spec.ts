import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SignJWT } from 'jose';
import pg from 'pg';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startEmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { ApiProcess } from '../factories/api-process.js';
import { Tenant, type TestApi, until } from '../factories/api.js';
import { launchBrowser } from '../factories/browser.js';
import { killPostgres, revivePostgres } from '../factories/postgres-faults.js';

const OUTAGE_MS = 4_000;

let api: ApiProcess;
let owner: pg.Client;
let browser: Browser;
let shop: http.Server;
let origin: string;
let tenant: Tenant;
let live: Awaited<ReturnType<Tenant['deploy']>>;
let settings: { key: string; project: string };
/** Of the customer's server: what it says of who is logged in. */
let userToken: string | null = null;

interface OnPage {
  kindred: Record<'init' | 'track' | 'consent' | 'recommendations', (...given: unknown[]) => unknown>;
  waitsFor: () => number;
}

beforeAll(async () => {
  [api, browser, owner] = await Promise.all([ApiProcess.start(), launchBrowser(), connect()]);
  shop = http.createServer((request, response) => {
    if (request.url === '/token') return response.end(userToken ?? '');
    response.setHeader('content-type', 'text/html');
    return response.end(`<script src="${api.url}/kindred.js"></script>`);
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  // By another name than the API's: another origin, and another site.
  origin = `http://localhost:${(shop.address() as AddressInfo).port}`;
  tenant = await Tenant.signUp(api as unknown as TestApi);
  live = await tenant.deploy();
  const pages = { name: 'Pages', kind: 'publishable', allowedOrigins: [origin] };
  const { key } = (await tenant.post(`/v1/projects/${live.projectId}/api-keys`, pages).expect(201)).body;
  settings = { key, project: live.projectId };
});
afterAll(async () => {
  shop.close();
  shop.closeAllConnections();
  await Promise.all([browser.close(), owner.end(), api.stop('SIGTERM')]);
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: inject('ownerUrl') });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** A page of the shop, whose script is told of the key. */
async function open(context: BrowserContext, options: object): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript((given) => {
    const on = window as unknown as OnPage;
    on.waitsFor = () => Object.keys(localStorage).filter((name) => name.includes(':event:')).length;
    addEventListener('DOMContentLoaded', () => {
      const getUserToken = () => fetch('/token').then((answer) => answer.text());
      on.kindred.init({ ...given, ...('asks' in given && { getUserToken }) });
    });
  }, options);
  await page.goto(origin);
  return page;
}

/** Follows a visitor who does something twenty times a second until the page goes. */
const stream = (page: Page, name: string) =>
  page.evaluate((from) => {
    const on = window as unknown as OnPage & { count: number };
    on.count = 0;
    setInterval(() => {
      on.kindred.track({ itemId: `${from}-${on.count}`, eventType: 'view' });
      on.count++;
    }, 50);
  }, name);
const counted = (page: Page) => page.evaluate(() => (window as unknown as { count: number }).count);

async function itemsOf(start: string): Promise<{ user_id: string; item_id: string }[]> {
  const query = 'SELECT user_id, item_id FROM live_interactions WHERE item_id LIKE $1';
  return (await owner.query(query, [`${start}%`])).rows;
}

it('loses no event of a page, and keeps none twice, while Postgres is stopped, answers are lost and pages are left', async () => {
  const postgres = await startEmbeddedPostgres(inject('dataDirectory'), 'postgres');
  const context = await browser.newContext();
  const warnings: string[] = [];
  context.on('console', (message) => message.text().startsWith('kindred:') && warnings.push(message.text()));
  const [first, second] = [await open(context, settings), await open(context, settings)];
  await Promise.all([stream(first, 'one'), stream(second, 'two')]);
  await until(async () => (await itemsOf('')).length > 0);
  const headers = { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'retry-after' };
  const asked: { key: string | undefined; atMs: number }[] = [];
  await context.route('**/interactions', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    asked.push({ key: route.request().headers()['idempotency-key'], atMs: Date.now() });
    if (asked.length > 2) return route.continue();
    // The platform has taken it, and nobody hears of that; then it is too busy to say so.
    if (asked.length === 2)
      return route.fulfill({ status: 503, headers: { ...headers, 'retry-after': '2' }, json: {} });
    await route.fetch();
    return route.abort();
  });
  await until(async () => asked.length > 2);
  const again = asked.filter(({ key }) => key === asked[1]!.key);
  expect(again.length).toBeGreaterThan(1);
  expect(again.at(-1)!.atMs - asked[1]!.atMs).toBeGreaterThanOrEqual(1_900);
  await owner.end();
  await killPostgres(postgres, 'SIGINT');
  await sleep(OUTAGE_MS / 2);
  // In the middle of it a visitor goes on to another page.
  let expected = await counted(second);
  await second.goto(`${origin}/next`);
  await stream(second, 'three');
  await sleep(OUTAGE_MS / 2);
  await revivePostgres(postgres, async () => {
    owner = await connect().catch(() => owner);
    return owner.query('SELECT').then(
      () => true,
      () => false,
    );
  });
  await sleep(500);
  expected += (await counted(first)) + (await counted(second));
  // Some that were done since are of pages that go at once, and are sent as they go.
  const counts = await Promise.all(
    [first, second].map(async (page) => {
      const at = await counted(page);
      await page.goto('about:blank');
      return at;
    }),
  );
  const idle = await open(context, settings);
  await idle.waitForFunction(() => (window as unknown as OnPage).waitsFor() === 0, undefined, { timeout: 200_000 });
  expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThan(0);
  const rows = () => itemsOf('');
  await until(async () => (await rows()).length >= expected);
  const kept = (await rows()).map(({ item_id }) => item_id);
  expect(new Set(kept).size).toBe(kept.length);
  for (const name of ['one', 'two', 'three']) {
    const numbers = kept.flatMap((item) => (item.startsWith(`${name}-`) ? [Number(item.slice(name.length + 1))] : []));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: numbers.length }, (_, i) => i));
  }
  expect(new Set((await rows()).map(({ user_id }) => user_id)).size).toBe(1);
  expect(warnings).toEqual([]);
  await context.close();
});

it('sends nothing and keeps nothing of who has not agreed, and of who is logged in what their token says', async () => {
  const context = await browser.newContext();
  const called: string[] = [];
  context.on('request', (each) => each.url().startsWith(api.url) && called.push(new URL(each.url()).pathname));
  const page = await open(context, { ...settings, consent: false });
  const kept = () => page.evaluate(() => Object.keys(localStorage));
  await page.evaluate(() => (window as unknown as OnPage).kindred.track({ itemId: 'unseen' }));
  const ask = (by: Page) =>
    by.evaluate(
      (deployment) =>
        (window as unknown as OnPage).kindred.recommendations({ deployment, limit: 3 }) as Promise<{ items: object[] }>,
      live.deploymentId,
    );
  expect((await ask(page)).items).toHaveLength(3);
  expect([await kept(), called.filter((path) => path.endsWith('/interactions'))]).toEqual([[], []]);
  await page.evaluate(() => {
    const { kindred } = window as unknown as OnPage;
    kindred.consent();
    kindred.track({ itemId: 'agreed' });
  });
  await until(async () => (await itemsOf('agreed')).length === 1);
  expect((await itemsOf('agreed'))[0]!.user_id).toMatch(/^anon:[0-9a-f-]{36}$/);
  // A tab that was opened at the same moment has thought of a name of its own.
  await page.evaluate((name) => {
    (window as unknown as OnPage).kindred.track({ itemId: 'renamed' });
    localStorage.setItem(name, 'anon:by-another-tab');
  }, `kindred:${live.projectId}:anonymous`);
  await until(async () => (await itemsOf('renamed')).length === 1);
  expect((await itemsOf('renamed'))[0]!.user_id).toBe('anon:by-another-tab');
  // What is refused for good waits for nothing.
  const warned = page.waitForEvent('console', (message) => message.text().includes('1 events were refused: No.'));
  const headers = { 'access-control-allow-origin': origin };
  await context.route('**/interactions', (route) => route.fulfill({ status: 400, headers, json: { detail: 'No.' } }));
  await page.evaluate(() => (window as unknown as OnPage).kindred.track({ itemId: 'refused' }));
  await warned;
  await page.waitForFunction(() => (window as unknown as OnPage).waitsFor() === 0);
  await context.unroute('**/interactions');
  await page.evaluate(() => (window as unknown as OnPage).kindred.consent(false));
  expect(await kept()).toEqual([]);
  expect(await itemsOf('unseen')).toEqual([]);

  const { secret } = (await tenant.post(`/v1/projects/${live.projectId}/user-token-secrets`).expect(201)).body;
  const sign = (sub: string, by = secret) =>
    new SignJWT({ sub, aud: live.projectId })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('10m')
      .sign(new TextEncoder().encode(by));
  // Of a secret that was changed meanwhile: the page asks again.
  userToken = await sign('user-é', 'x'.repeat(40));
  const member = await open(context, { ...settings, asks: true });
  await member.evaluate(() => (window as unknown as OnPage).kindred.track({ itemId: 'member' }));
  userToken = await sign('user-é');
  await until(async () => (await itemsOf('member')).length === 1);
  expect((await itemsOf('member'))[0]!.user_id).toBe('user-é');
  expect((await ask(member)).items).toHaveLength(3);
  await context.close();
});
