import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Decimal } from '../../libs/platform/decimal.js';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { IS_FULL } from '../factories/faults-report.js';

const PROCESSES = IS_FULL ? 4 : 2;
const CLIENTS = IS_FULL ? 200 : 80;
const UNITS = IS_FULL ? 1_000 : 300;

let api: TestApi;
let owner: pg.Client;
const processes: ApiProcess[] = [];

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  await owner.query(`UPDATE plans SET requests_per_second = 1000000, requests_burst = 1000000`);
  processes.push(...(await Promise.all(Array.from({ length: PROCESSES }, () => ApiProcess.start()))));
});
afterAll(async () => {
  await Promise.all(processes.map((each) => each.stop('SIGTERM')));
  await Promise.all([api.close(), owner.end()]);
});

it(`lets exactly the last ${UNITS} of a quota succeed of ${CLIENTS} clients at ${PROCESSES} processes, whichever way the units are bounded`, async () => {
  const bounds = [
    { scope: 'organization', resource: 'recommendation_requests', quantity: String(UNITS), status: 429 },
    // Pro's price is 0.0002 a request beyond the 100,000 that it includes, which no project can count on.
    { scope: 'project', resource: 'spend', quantity: new Decimal('0.0002').times(UNITS).toFixed(), status: 402 },
  ];
  for (const { status: refusal, ...limit } of bounds) {
    const tenant = await Tenant.signUp(api);
    const { projectId, deploymentId } = await tenant.deploy();
    const keys = [(await tenant.createKey(projectId)).key, (await tenant.createKey(projectId)).key];
    const { organization } = (await tenant.get('/v1/me')).body;
    if (limit.resource === 'spend')
      await owner.query(
        `UPDATE subscriptions SET price_version_id = (SELECT id FROM price_versions WHERE plan_key = 'pro' AND version = 2) WHERE tenant_id = $1`,
        [organization.id],
      );
    const scope = { ...limit, scopeId: limit.scope === 'project' ? projectId : undefined };
    await tenant.put('/v1/limits', scope).expect(200);
    // Training and importing cost a little too.
    const { uses } = (await tenant.get('/v1/limits').expect(200)).body;
    const { used } = uses.find(({ setBy }: { setBy: string }) => setBy === 'customer');
    const quantity = new Decimal(limit.quantity).plus(used).toFixed();
    await tenant.put('/v1/limits', { ...scope, quantity }).expect(200);
    const call = async (client: number): Promise<number> => {
      const { url } = processes[client % PROCESSES]!;
      const response = await fetch(`${url}/v1/deployments/${deploymentId}/recommendations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${keys[client % 2]}`, 'content-type': 'application/json' },
        body: JSON.stringify({ userId: `user-${client}`, limit: 1 }),
      });
      await response.arrayBuffer();
      return response.status;
    };
    // Each client goes on until it is refused, so that what one process has leased must reach the clients of the others.
    const answers = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        const statuses = [];
        for (let status = 200; status === 200; statuses.push(status)) status = await call(client);
        return statuses;
      }),
    );
    const statuses = answers.flat();
    const count = (wanted: number) => statuses.filter((each) => each === wanted).length;
    expect({ answered: count(200), refused: count(refusal), all: statuses.length }).toEqual({
      answered: UNITS,
      refused: CLIENTS,
      all: UNITS + CLIENTS,
    });
    await until(async () => {
      const { body } = await tenant.get('/v1/usage?groupBy=meter&meter=recommendation_requests');
      return body.rows[0]?.quantity === String(UNITS);
    });
  }
});
