import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashPayload, type MeteredCall, UsageRecorder } from '../../libs/features/usage/index.js';
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
  const call = (changes: Partial<MeteredCall> = {}): MeteredCall => ({
    id: uuidv7(),
    tenantId: organization.id,
    projectId,
    occurredAt: new Date().toISOString(),
    priceVersionId: PRICE_VERSION,
    periodStart: new Date(0).toISOString(),
    payloadHash: hashPayload('a call'),
    uses: [{ meter: 'recommendation_requests', quantity: 1 }],
    ...changes,
  });
  const total = async () => (await tenant.get('/v1/usage?groupBy=meter').expect(200)).body.rows[0]?.quantity;
  return { call, total };
}

it.each([
  ['the database refuses', { tenantId: uuidv7() }],
  ['is no metered call', { uses: undefined }],
])('keeps every event of a batch but the one that %s, and that one in the journal', async (_, changes) => {
  const { call, total } = await prepare();
  const rejectedBefore = await rejected();
  const calls = Array.from({ length: 40 }, () => call());
  calls.splice(20, 0, call(changes));
  await Promise.all(calls.map((each) => recorder.record(each)));
  await until(async () => (await total()) === '40');
  await until(async () => (await rejected()) === rejectedBefore + 1);
});

it('B1: counts an event that is recorded twice once', async () => {
  const { call, total } = await prepare();
  const twice = call();
  await recorder.record(twice);
  await until(async () => (await total()) === '1');
  await recorder.record(twice);
  await recorder.record(call());
  await until(async () => (await total()) !== '1');
  expect(await total()).toBe('2');
});

it('B3: counts another event under the same id too: nobody calls for nothing by naming all calls alike', async () => {
  const { call, total } = await prepare();
  const first = call();
  const other = { ...first, payloadHash: hashPayload('another call') };
  await Promise.all([first, other, other].map((each) => recorder.record(each)));
  await until(async () => (await total()) === '2');
  await recorder.record(other);
  await recorder.record(call());
  await until(async () => (await total()) === '3');
});

async function rejected(): Promise<number> {
  return (await metrics.getSingleMetric('app_usage_rejected_total')!.get()).values[0]!.value;
}
