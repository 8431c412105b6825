import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';

const ITEMS = 'item_id,title,genre\nitem-0,"Zero, the film",drama\nitem-1,One,comedy\n';

let api: TestApi;
let tenant: Tenant;
let live: Awaited<ReturnType<Tenant['deploy']>>;

beforeAll(async () => {
  api = await startApi();
  tenant = await Tenant.signUp(api);
  live = await tenant.deploy({ recipe: 'ials', items: ITEMS });
});
afterAll(() => api.close());

const usageOf = async (query = '') => (await tenant.get(`/v1/usage${query}`).expect(200)).body.rows;
const requestsOf = async (shop: Tenant): Promise<number> => {
  const { rows } = (await shop.get('/v1/usage?groupBy=meter&meter=recommendation_requests').expect(200)).body;
  return Number(rows[0]?.quantity ?? 0);
};

describe('recommendations', () => {
  it("rank the user's own kind of items, unseen ones only, with their titles", async () => {
    const { key } = await tenant.createKey(live.projectId);
    const path = `/v1/deployments/${live.deploymentId}/recommendations`;
    const { body } = await withKey(api, key).post(path, { userId: 'user-0', limit: 3 }).expect(200);
    expect(body).toMatchObject({ source: 'model', modelVersionId: live.modelVersionId });
    expect(body).not.toHaveProperty('fallbackReason');
    // Users of even number like items of even number, of which user-0 has seen all but items 0, 10 and 20.
    expect(body.items.map(({ itemId }: { itemId: string }) => itemId).sort()).toEqual(['item-0', 'item-10', 'item-20']);
    expect(body.items.map(({ rank }: { rank: number }) => rank)).toEqual([1, 2, 3]);
    const zero = body.items.find(({ itemId }: { itemId: string }) => itemId === 'item-0');
    expect(zero.attributes).toEqual({ title: 'Zero, the film', genre: 'drama' });
  });

  it('say so where popularity answers for a user that the model does not know', async () => {
    const path = `/v1/deployments/${live.deploymentId}/recommendations`;
    const { key } = await tenant.createKey(live.projectId);
    const { body } = await withKey(api, key).post(path, { userId: 'a stranger 🎬', limit: 2 }).expect(200);
    expect(body).toMatchObject({ source: 'popularity', fallbackReason: 'unknown_user' });
    expect(body.items).toHaveLength(2);
  });

  it('refuse what is no request, and meter none of it', async () => {
    await until(async () => (await requestsOf(tenant)) === 2);
    const before = await usageOf('?groupBy=meter');
    const path = `/v1/deployments/${live.deploymentId}/recommendations`;
    for (const body of [{}, { userId: '' }, { userId: 'x', limit: 0 }, { userId: 'x', limit: 101 }, { userId: 7 }]) {
      await tenant.post(path, body).expect(400);
    }
    await request(api.url).post(path).send({ userId: 'x' }).expect(401);
    await tenant.post('/v1/deployments/not-an-id/recommendations', { userId: 'x' }).expect(404);
    expect(await usageOf('?groupBy=meter')).toEqual(before);
  });

  it('follow a switch of version within two seconds', async () => {
    const jobs = `/v1/projects/${live.projectId}/models/${live.modelId}/training-jobs`;
    const { id } = (await tenant.post(jobs).expect(202)).body;
    const job = await tenant.waitFor(`/v1/projects/${live.projectId}/training-jobs/${id}`);
    const deployment = `/v1/projects/${live.projectId}/deployments/${live.deploymentId}`;
    await tenant.patch(deployment, { modelVersionId: job.modelVersionIds[0] }).expect(200);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const path = `/v1/deployments/${live.deploymentId}/recommendations`;
    const { body } = await tenant.post(path, { userId: 'user-0' }).expect(200);
    expect(body.modelVersionId).toBe(job.modelVersionIds[0]);
    await tenant.patch(deployment, { modelVersionId: live.modelVersionId }).expect(200);
  });
});

describe('usage', () => {
  it('adds up to exactly the calls that were answered, by whichever key, under concurrency', async () => {
    const shop = await Tenant.signUp(api);
    const { projectId, deploymentId } = await shop.deploy();
    const keys = [await shop.createKey(projectId), await shop.createKey(projectId)];
    const path = `/v1/deployments/${deploymentId}/recommendations`;
    const calls = Array.from({ length: 300 }, (_, i) => {
      const key = withKey(api, keys[i % 2]!.key);
      // Every third is refused and must not count.
      return key.post(path, i % 3 === 0 ? {} : { userId: `user-${i}` }).then(({ status }) => status);
    });
    const answered = (await Promise.all(calls)).filter((status) => status === 200).length;
    expect(answered).toBe(200);
    await until(async () => (await requestsOf(shop)) === answered);
    const { rows } = (await shop.get('/v1/usage?groupBy=day,apiKey,meter').expect(200)).body;
    const requests = rows.filter(({ meter }: { meter: string }) => meter === 'recommendation_requests');
    const sum = requests.reduce((total: number, { quantity }: { quantity: string }) => total + Number(quantity), 0);
    expect(sum).toBe(answered);
    expect(new Set(requests.map(({ apiKeyId }: { apiKeyId: string }) => apiKeyId))).toEqual(
      new Set(keys.map(({ id }) => id)),
    );
    const invoice = (await shop.get('/v1/billing/invoices/upcoming').expect(200)).body;
    const line = invoice.lines.find(({ meter }: { meter: string }) => meter === 'recommendation_requests');
    expect(line.quantity).toBe('200');
  });

  it('counts a training job once, in whole seconds', async () => {
    const shop = await Tenant.signUp(api);
    await shop.deploy();
    const { rows } = (await shop.get('/v1/usage?groupBy=meter').expect(200)).body;
    const seconds = rows.filter(({ meter }: { meter: string }) => meter === 'training_seconds');
    expect(seconds).toEqual([{ meter: 'training_seconds', quantity: expect.stringMatching(/^[1-9]\d*$/) }]);
  });

  it('comes as CSV too, with a column for each thing that it is grouped by', async () => {
    const { text, headers } = await tenant.get('/v1/usage.csv?groupBy=day,apiKey,meter').expect(200);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    const [head, ...lines] = text.trim().split('\n');
    expect(head).toBe('day,apiKeyId,meter,quantity');
    const rows = await usageOf('?groupBy=day,apiKey,meter');
    expect(lines).toEqual(
      rows.map(({ day, apiKeyId, meter, quantity }: Record<string, string>) =>
        [day, apiKeyId, meter, quantity].join(','),
      ),
    );
    expect((await tenant.get('/v1/usage.csv?groupBy=meter,meter').expect(200)).text).toMatch(/^meter,quantity\n/);
    await tenant.get('/v1/usage.csv?groupBy=colour').expect(400);
  });

  it('is half-open in time and refuses a range that ends before it starts', async () => {
    const now = new Date().toISOString();
    expect(await usageOf(`?to=${now}&groupBy=meter`)).not.toEqual([]);
    expect(await usageOf(`?from=2099-01-01&to=2099-02-01`)).toEqual([]);
    await tenant.get('/v1/usage?from=2026-02-01&to=2026-01-01').expect(400);
    await tenant.get('/v1/usage?groupBy=colour').expect(400);
    for (const from of [
      'abc',
      '0',
      '1',
      '0000-01-01',
      '-000001-01-01',
      '%2B012026-01-01',
      '%2B275760-01-01',
      '1969-12-31',
    ]) {
      expect((await tenant.get(`/v1/usage?from=${from}`)).status, from).toBe(400);
    }
    for (const from of ['2026-01-01', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00%2B08:00', '2026-01-01T00:00:00']) {
      expect((await tenant.get(`/v1/usage?from=${from}`)).status, from).toBe(200);
    }
  });

  it('shows a key its own project alone', async () => {
    const other = await tenant.createProject('Other');
    const { key } = await tenant.createKey(other, ['usage:read']);
    expect((await withKey(api, key).get('/v1/usage').expect(200)).body.rows).toEqual([]);
    const own = await tenant.createKey(live.projectId, ['usage:read']);
    expect((await withKey(api, own.key).get('/v1/usage').expect(200)).body.rows).not.toEqual([]);
  });
});
