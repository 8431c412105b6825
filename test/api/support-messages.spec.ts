import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { logInOperator } from '../factories/members.js';

let api: TestApi;
let owner: pg.Client;
let operator: Tenant;
let shop: Tenant;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
  shop = await Tenant.signUp(api, `Corner shop ${Date.now()}`);
});
afterAll(async () => {
  await Promise.all([api.close(), owner.end()]);
});

const list = async (query: string) => (await operator.get(`/v1/admin/support-messages?${query}`).expect(200)).body;

it('a message reaches the operator next to what its organization pays, is found by it, and is done once', async () => {
  const { organization } = (await shop.get('/v1/me').expect(200)).body;
  const text = 'My upload fails.\nWhat is wrong with line 3?';
  const { id } = (await shop.post('/v1/support-messages', { text, page: '/projects/1' }).expect(201)).body;
  const { total, plan } = (await shop.get('/v1/billing/invoices/upcoming').expect(200)).body;
  const search = encodeURIComponent(organization.name.toUpperCase());
  const expected = {
    id,
    organization,
    email: shop.email,
    text,
    page: '/projects/1',
    isDone: false,
    plan: plan.name,
    upcomingTotal: total,
  };
  for (const query of [`search=${search}`, `search=${organization.id}`])
    expect((await list(query)).data).toMatchObject([expected]);
  await shop.get('/v1/admin/support-messages').expect(403);
  await shop.patch(`/v1/admin/support-messages/${id}`, { isDone: true }).expect(403);

  const marked = await operator.patch(`/v1/admin/support-messages/${id}`, { isDone: true }).expect(200);
  expect(marked.body).toMatchObject({ ...expected, isDone: true });
  expect((await list(`search=${search}`)).data).toEqual([]);
  expect((await list(`search=${search}&state=done`)).data).toMatchObject([{ id }]);
  await operator.patch(`/v1/admin/support-messages/${crypto.randomUUID()}`, { isDone: true }).expect(404);
});

it('is paged, bounded in length and in number, and slows down nobody else', async () => {
  const talker = await Tenant.signUp(api, `Talker ${Date.now()}`);
  const send = (text: string, page = '/') => talker.post('/v1/support-messages', { text, page });
  for (const text of ['', '  ', 'x'.repeat(2_001), 'bell \u0007']) await send(text).expect(400);
  await send('elsewhere', 'https://example.com').expect(400);
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) statuses.push((await send(`message ${i}`)).status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(10);
  expect(statuses.at(-1)).toBe(429);
  await shop.post('/v1/support-messages', { text: 'Hello', page: '/' }).expect(201);

  const { organization } = (await talker.get('/v1/me').expect(200)).body;
  const texts: string[] = [];
  for (let cursor = ''; ;) {
    const page = await list(`search=${organization.id}&limit=4${cursor && `&cursor=${cursor}`}`);
    texts.push(...page.data.map((message: { text: string }) => message.text));
    if (!page.nextCursor) break;
    cursor = page.nextCursor;
  }
  expect(texts).toEqual(Array.from({ length: 10 }, (_, i) => `message ${9 - i}`));
});
