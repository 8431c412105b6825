import { readFileSync } from 'node:fs';
import request from 'supertest';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { showToVisitors } from '../../prisma/seed/showcase.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';

const PUBLIC_URL = 'http://kindred.example';

let api: TestApi;
let owner: Tenant;

beforeAll(async () => {
  api = await startApi({ TRUSTED_PROXIES: '127.0.0.1', PUBLIC_URL });
  owner = await Tenant.signUp(api);
});
afterAll(() => api.close());

let network = 0;

/** A visitor from a network of their own, as a proxy would tell. */
function visitor(address = `2001:db8:${(++network).toString(16)}::1`) {
  const from = { 'x-forwarded-for': address };
  return {
    get: (path: string) => request(api.url).get(path).set(from),
    post: (path: string, body: object) => request(api.url).post(path).set(from).send(body),
  };
}

const itemsCsv = ['item_id,title', ...Array.from({ length: 24 }, (_, i) => `item-${i},Film ${i}`)].join('\n');

it('a visitor gets recommendations with titles from the deployment that is shown, of whom it shows, and nobody is billed', async () => {
  const before = await visitor().get('/v1/showcase').expect(200);
  expect(before.body).toEqual({ people: [] });
  const live = await owner.deploy({ items: itemsCsv });
  const me = (await owner.get('/v1/me').expect(200)).body;
  const billed = () => owner.get('/v1/billing/invoices/upcoming').expect(200);
  const { body: invoice } = await billed();
  await showToVisitors(inject('appUrl'), me.organization.id, live.deploymentId);

  const { people } = (await visitor().get('/v1/showcase').expect(200)).body;
  expect(people.length).toBeGreaterThan(1);
  const [person] = people;
  expect(person.liked.length).toBeGreaterThan(0);
  for (const { title } of person.liked) expect(title).toMatch(/^Film \d+$/);
  const { userId } = person;
  const { body } = await visitor().post('/v1/showcase/recommendations', { userId }).expect(200);
  expect(body.items.length).toBeGreaterThan(0);
  for (const { title } of body.items) expect(title).toMatch(/^Film \d+$/);
  // The same as a program would be answered.
  const call = { userId, limit: body.items.length };
  const asked = await owner.post(`/v1/deployments/${live.deploymentId}/recommendations`, call).expect(200);
  expect(body.items.map(({ itemId }: { itemId: string }) => itemId)).toEqual(
    asked.body.items.map(({ itemId }: { itemId: string }) => itemId),
  );

  const shown = new Set(people.map((each: { userId: string }) => each.userId));
  const hidden = Array.from({ length: 60 }, (_, i) => `user-${i}`).find((each) => !shown.has(each));
  await visitor().post('/v1/showcase/recommendations', { userId: hidden }).expect(404);
  const { body: later } = await billed();
  const requests = (found: typeof invoice) =>
    found.lines.find(({ meter }: { meter: string }) => meter === 'recommendation_requests').quantity;
  // Nothing but the program's own call may be counted, and that may come a moment later.
  expect(Number(requests(later)) - Number(requests(invoice))).toBeLessThanOrEqual(1);
});

it('one network cannot ask without end, and slows down no other', async () => {
  const flood = visitor('192.0.2.77');
  const statuses: number[] = [];
  for (let i = 0; i < 75; i++) statuses.push((await flood.get('/v1/showcase')).status);
  expect(statuses.slice(0, 60).every((status) => status === 200)).toBe(true);
  expect(statuses.at(-1)).toBe(429);
  for (const path of ['/v1/price-estimates', '/v1/showcase/recommendations'])
    expect((await flood.post(path, { uses: [], userId: 'x' })).status, path).toBe(429);
  expect((await flood.get('/v1/price-list')).status).toBe(429);
  await visitor('192.0.2.78').get('/v1/showcase').expect(200);
});

it('the public price list says what price-list.json says, to the last digit', async () => {
  const { plans } = JSON.parse(readFileSync('prisma/price-list/price-list.json', 'utf8'));
  const digits = { usd: 2, eur: 2, cny: 2, jpy: 0 };
  for (const [currency, places] of Object.entries(digits)) {
    const { body } = await visitor().get(`/v1/price-list?currency=${currency}`).expect(200);
    for (const plan of plans) {
      const shown = body.plans.find(({ key }: { key: string }) => key === plan.key);
      expect(shown.monthlyFee).toBe((plan.price.monthlyFeeMinor[currency] / 10 ** places).toFixed(places));
      const { requestsPerSecond, trainingJobsMax, trainingSecondsMax } = plan;
      expect(shown).toMatchObject({ currency, requestsPerSecond, trainingJobsMax, trainingSecondsMax });
      const limits = shown.limits.map(({ resource, quantity }: Record<string, string>) => [resource, Number(quantity)]);
      expect(Object.fromEntries(limits)).toEqual(plan.quotas);
      const prices = shown.meters.map(
        ({ meter, deviceClass, includedQuantity, scheme, packageSize, unitAmount, tiers }: any) => {
          return { meter, deviceClass, includedQuantity, scheme, packageSize, unitAmount, tiers };
        },
      );
      const listed = plan.price.meters.map(
        ({ unitAmount, deviceClass = '', scheme = 'per_unit', packageSize, tiers = [], ...price }: any) => ({
          meter: price.meter,
          deviceClass,
          includedQuantity: String(price.includedQuantity),
          scheme,
          packageSize: packageSize ? String(packageSize) : null,
          unitAmount: unitAmount?.[currency] ?? '0',
          tiers: tiers.map((tier: any) => ({
            from: String(tier.from),
            unitAmount: tier.unitAmount[currency],
            flatAmount: tier.flatAmount?.[currency] ?? '0',
          })),
        }),
      );
      expect(prices).toHaveLength(listed.length);
      expect(prices).toEqual(expect.arrayContaining(listed));
    }
  }
  const { body: refused } = await visitor().get('/v1/price-list?currency=xau').expect(404);
  expect(refused.code).toBe('unknown_currency');
});

it('an estimate has the lines of the invoice for the same uses, and says which plan is enough and cheapest', async () => {
  const { body: invoice } = await owner.get('/v1/billing/invoices/upcoming').expect(200);
  const uses = invoice.lines
    .filter(({ kind }: { kind: string }) => kind === 'meter')
    .map(({ meter, quantity }: Record<string, string>) => ({ resource: meter, quantity: Number(quantity) }));
  const { body } = await visitor().post('/v1/price-estimates', { uses }).expect(200);
  const [free, pro] = body.plans;
  expect(free).toMatchObject({ key: 'free', total: invoice.total, lines: invoice.lines, isCheapest: true });
  expect(pro).toMatchObject({ key: 'pro', isCheapest: false });

  const large = [
    { resource: 'recommendation_requests', quantity: 250_001 },
    { resource: 'interactions_held', quantity: 3_000_000 },
  ];
  const [tooSmall, enough] = (await visitor().post('/v1/price-estimates', { uses: large }).expect(200)).body.plans;
  expect(tooSmall.isCheapest).toBe(false);
  expect(tooSmall.exceeded).toEqual([
    { resource: 'interactions_held', quantity: '2000000' },
    { resource: 'recommendation_requests', quantity: '10000' },
  ]);
  // 49 + (250,001 − 100,000) × 0.0002 = 79.0002
  expect(enough).toMatchObject({ isCheapest: true, exceeded: [], total: '79.00' });
  const line = enough.lines.find(({ meter }: { meter: string }) => meter === 'recommendation_requests');
  expect(line).toMatchObject({ quantity: '250001', includedQuantity: '100000', amount: '30.00' });
  await visitor()
    .post('/v1/price-estimates', { uses: [{ resource: 'recommendation_requests', quantity: -1 }] })
    .expect(400);
  const misspelt = { uses: [{ resource: 'recommendation_request', quantity: 1 }] };
  const { body: refused } = await visitor().post('/v1/price-estimates', misspelt).expect(404);
  expect(refused).toMatchObject({ code: 'unknown_resource' });
});

it('public pages tell search engines what they are in each language, and all others not to list them', async () => {
  const page = async (path: string) =>
    (await request(api.url).get(path).set('accept', 'text/html').expect(200)).text.replaceAll('\n', ' ');
  const texts = (language: string) =>
    JSON.parse(readFileSync(`apps/web/src/i18n/${language}.json`, 'utf8')).meta.pricing as Record<string, string>;
  const english = await page('/pricing');
  expect(english).toContain('<html lang="en" data-visitor>');
  expect(english).toContain(`<title>${texts('en')['title']}</title>`);
  expect(english).toContain(`<meta name="description" content="${texts('en')['description']}" />`);
  expect(english).toContain(`<link rel="canonical" href="${PUBLIC_URL}/pricing" />`);
  expect(english).toContain(`hreflang="zh-CN" href="${PUBLIC_URL}/pricing?lang=zh-CN"`);
  expect(english).toContain(`<meta property="og:image" content="${PUBLIC_URL}/og.png" />`);
  const chinese = await page('/pricing?lang=zh-CN');
  expect(chinese).toContain('<html lang="zh-CN"');
  expect(chinese).toContain(`<title>${texts('zh-CN')['title']}</title>`);
  expect(chinese).toContain(`<link rel="canonical" href="${PUBLIC_URL}/pricing?lang=zh-CN" />`);
  expect(await page('/?lang=%22%3E%3Cscript%3E')).toContain('<html lang="en"');
  expect(await page('/projects')).toContain('<meta name="robots" content="noindex" />');
  await request(api.url).get('/nowhere').set('accept', 'text/html').expect(404).expect('content-type', /html/);
  expect((await request(api.url).get('/').set('cookie', 'kindred_session=x')).text).toContain('<html lang="en">');

  const sitemap = (await request(api.url).get('/sitemap.xml').expect(200).expect('content-type', /xml/)).text;
  const listed = [...sitemap.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url!.replace(PUBLIC_URL, ''));
  expect(listed).toEqual(expect.arrayContaining(['/', '/?lang=zh-CN', '/pricing', '/pricing?lang=zh-CN']));
  expect(listed.some((path) => path.startsWith('/projects'))).toBe(false);
  const robots = (await request(api.url).get('/robots.txt').expect(200)).text;
  expect(robots).toContain(`Sitemap: ${PUBLIC_URL}/sitemap.xml`);
});
