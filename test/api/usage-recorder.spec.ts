import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashPayload, type UsageEvent, UsageRecorder } from '../../libs/features/usage/index.js';
import { metrics } from '../../libs/platform/telemetry/metrics.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';

let api: TestApi;
let recorder: UsageRecorder;
beforeAll(async () => {
  api = await startApi();
  recorder = api.app.get(UsageRecorder, { strict: false });
});
afterAll(() => api.close());

const PRICE_VERSION = '019ab000-0000-7000-8000-000000000003';

async function prepare() {
  const tenant = await Tenant.signUp(api);
  const { organization } = (await tenant.get('/v1/me')).body;
  const projectId = await tenant.createProject();
  const event = (changes: Partial<UsageEvent> = {}): UsageEvent => ({
    id: uuidv7(),
    tenantId: organization.id,
    meter: 'recommendation_requests',
    quantity: 1,
    projectId,
    occurredAt: new Date().toISOString(),
    priceVersionId: PRICE_VERSION,
    periodStart: new Date(0).toISOString(),
    payloadHash: hashPayload('a call'),
    ...changes,
  });
  const total = async () => (await tenant.get('/v1/usage?groupBy=meter').expect(200)).body.rows[0]?.quantity;
  return { event, total };
}

it('keeps every event of a batch but the one that the database refuses, and that one in the journal', async () => {
  const { event, total } = await prepare();
  const rejectedBefore = await rejected();
  const events = Array.from({ length: 40 }, () => event());
  events.splice(20, 0, event({ tenantId: uuidv7() }));
  await Promise.all(events.map((each) => recorder.record([each])));
  await until(async () => (await total()) === '40');
  await until(async () => (await rejected()) === rejectedBefore + 1);
});

it('counts an event that is recorded twice once', async () => {
  const { event, total } = await prepare();
  const twice = event();
  await recorder.record([twice]);
  await until(async () => (await total()) === '1');
  await recorder.record([twice]);
  await recorder.record([event()]);
  await until(async () => (await total()) !== '1');
  expect(await total()).toBe('2');
});

it('counts another event under the same id too: nobody calls for nothing by naming all calls alike', async () => {
  const { event, total } = await prepare();
  const first = event();
  const other = { ...first, payloadHash: hashPayload('another call') };
  await recorder.record([first, other, other]);
  await until(async () => (await total()) === '2');
  await recorder.record([other]);
  await recorder.record([event()]);
  await until(async () => (await total()) === '3');
});

async function rejected(): Promise<number> {
  return (await metrics.getSingleMetric('app_usage_rejected_total')!.get()).values[0]!.value;
}
