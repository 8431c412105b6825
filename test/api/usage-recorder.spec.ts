import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UsageRecorder } from '../../libs/features/usage/index.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';

let api: TestApi;
let recorder: UsageRecorder;
beforeAll(async () => {
  api = await startApi();
  recorder = api.app.get(UsageRecorder, { strict: false });
});
afterAll(() => api.close());

it('keeps every event of a batch but the one that the database refuses', async () => {
  const tenant = await Tenant.signUp(api);
  const { organization } = (await tenant.get('/v1/me')).body;
  const projectId = await tenant.createProject();
  const record = (tenantId: string) =>
    recorder.record({
      id: uuidv7(),
      tenantId,
      meter: 'recommendation_requests',
      quantity: 1,
      projectId,
      occurredAt: new Date(),
    });
  const outcomes = await Promise.allSettled([
    ...Array.from({ length: 20 }, () => record(organization.id)),
    record(uuidv7()),
    ...Array.from({ length: 20 }, () => record(organization.id)),
  ]);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  const { rows } = (await tenant.get('/v1/usage?groupBy=meter').expect(200)).body;
  expect(rows).toEqual([{ meter: 'recommendation_requests', quantity: '40' }]);
});

it('counts an event that is recorded twice once', async () => {
  const tenant = await Tenant.signUp(api);
  const { organization } = (await tenant.get('/v1/me')).body;
  const projectId = await tenant.createProject();
  const event = {
    id: uuidv7(),
    tenantId: organization.id,
    meter: 'recommendation_requests' as const,
    quantity: 1,
    projectId,
    occurredAt: new Date(),
  };
  await recorder.record(event);
  await recorder.record(event);
  expect((await tenant.get('/v1/usage?groupBy=meter')).body.rows).toEqual([{ meter: event.meter, quantity: '1' }]);
});
