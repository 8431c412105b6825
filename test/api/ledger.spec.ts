import fc from 'fast-check';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Quotas, type Reservation } from '../../libs/features/limits/index.js';
import {
  hashPayload,
  LedgerChecker,
  LedgerRepository,
  type UsageEvent,
  UsageRecorder,
} from '../../libs/features/usage/index.js';
import { Problem } from '../../libs/platform/errors/problem.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { logInOperator } from '../factories/members.js';

/** A failing run prints its seed and path; `LEDGER_SEED=… LEDGER_PATH=…` run it again. */
const RUNS = {
  numRuns: process.env['FAULTS_FULL'] ? 200 : 12,
  ...(process.env['LEDGER_SEED'] && { seed: Number(process.env['LEDGER_SEED']), path: process.env['LEDGER_PATH'] }),
};
const PRICE_VERSION = '019ab000-0000-7000-8000-000000000003';
const PERIOD = '2026-11-01T00:00:00.000Z';
const METERS = ['recommendation_requests', 'recommended_items'];
const LIMIT = 40;

let api: TestApi;
let owner: pg.Client;
let tenant: Tenant;
let tenantId: string;
let projectId: string;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

async function newTenant(): Promise<void> {
  tenant = await Tenant.signUp(api);
  tenantId = (await tenant.get('/v1/me')).body.organization.id;
  projectId = await tenant.createProject();
}

async function sums(): Promise<Record<string, number>> {
  const { rows } = await owner.query(
    `SELECT meter_key AS meter, sum(quantity)::int AS quantity FROM usage_rollups
     WHERE tenant_id = $1 AND granularity = 'period' GROUP BY 1 HAVING sum(quantity) <> 0`,
    [tenantId],
  );
  return Object.fromEntries(rows.map(({ meter, quantity }) => [meter, quantity]));
}

interface Drawn {
  work: number;
  meter: string;
  quantity: number;
  payload: string;
  minute: number;
}

/** Few works, so that repetitions and conflicts are common. */
const drawn = fc.record<Drawn>({
  work: fc.nat(5),
  meter: fc.constantFrom(...METERS),
  quantity: fc.integer({ min: 1, max: 9 }),
  payload: fc.constantFrom('a', 'b'),
  minute: fc.nat(3_000),
});

it('B1: holds each thing once, whatever is sent twice, cut anew or under another’s id, and its roll-ups are its sums', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ batch: fc.array(drawn, { minLength: 1, maxLength: 8 }), isSentAgain: fc.boolean() }), {
        minLength: 1,
        maxLength: 8,
      }),
      async (drains) => {
        await newTenant();
        const ledger = api.app.get(LedgerRepository, { strict: false });
        const ids = Array.from({ length: 6 }, () => uuidv7());
        const nodeId = uuidv7();
        // What counts is what was asked: the first quantity under each id, meter and payload.
        const model = new Map<string, number>();
        let sequence = 0;
        for (const { batch, isSentAgain } of drains) {
          const entries = batch.map(({ work, meter, quantity, payload, minute }) => {
            const event: UsageEvent = {
              id: ids[work]!,
              tenantId,
              projectId,
              meter,
              quantity,
              priceVersionId: PRICE_VERSION,
              periodStart: PERIOD,
              occurredAt: new Date(Date.parse(PERIOD) + 60_000 * minute).toISOString(),
              payloadHash: hashPayload(payload),
            };
            return { sequence: ++sequence, events: [event] };
          });
          for (const { work, meter, quantity, payload } of batch) {
            const key = `${work}/${meter}/${payload}`;
            if (!model.has(key)) model.set(key, quantity);
          }
          await ledger.drain(nodeId, entries);
          // A process that died before it could note what was drained offers it again, cut elsewhere.
          if (isSentAgain) await ledger.drain(nodeId, entries.slice(Math.floor(entries.length / 2)));
        }
        const expected: Record<string, number> = {};
        for (const [key, quantity] of model) {
          const meter = key.split('/')[1]!;
          expected[meter] = (expected[meter] ?? 0) + quantity;
        }
        expect(await sums()).toEqual(expected);
        expect((await api.app.get(LedgerChecker, { strict: false }).check(true))?.mismatches).toBe(0);
      },
    ),
    RUNS,
  );
});

/** Units that calls under way hold and that answered calls used. */
interface QuotaModel {
  used: number;
  held: Map<number, number>;
}

interface QuotaReal {
  reservations: Map<number, Reservation>;
}

class Reserve implements fc.AsyncCommand<QuotaModel, QuotaReal> {
  constructor(
    private readonly call: number,
    private readonly key: number,
    private readonly units: number,
  ) {}
  check = ({ held }: Readonly<QuotaModel>) => !held.has(this.call);
  async run(model: QuotaModel, { reservations }: QuotaReal): Promise<void> {
    const { used, held } = model;
    const isRoom = used + [...held.values()].reduce((sum, units) => sum + units, 0) + this.units <= LIMIT;
    const caller = { tenantId, projectId, lineageId: KEYS[this.key]! };
    const quotas = api.app.get(Quotas, { strict: false });
    const reserved = await quotas
      .reserve(caller, { recommendation_requests: this.units })
      .catch((error: unknown) => error);
    if (!isRoom) {
      expect(reserved).toBeInstanceOf(Problem);
      expect(reserved).toMatchObject({ status: 429, code: 'quota_exceeded' });
      return;
    }
    expect(reserved).not.toBeInstanceOf(Error);
    reservations.set(this.call, reserved as Reservation);
    held.set(this.call, this.units);
  }
  toString = () => `reserve(call ${this.call}, key ${this.key}, ${this.units})`;
}

class End implements fc.AsyncCommand<QuotaModel, QuotaReal> {
  constructor(
    private readonly call: number,
    private readonly share: number,
  ) {}
  check = ({ held }: Readonly<QuotaModel>) => held.has(this.call);
  async run(model: QuotaModel, { reservations }: QuotaReal): Promise<void> {
    const reservation = reservations.get(this.call)!;
    const units = Math.floor(this.share * model.held.get(this.call)!);
    model.held.delete(this.call);
    reservations.delete(this.call);
    if (units > 0) {
      const call = {
        id: uuidv7(),
        tenantId,
        projectId,
        ...reservation.context,
        occurredAt: new Date().toISOString(),
        payloadHash: hashPayload(0),
        uses: [reservation.use('recommendation_requests', units)],
      };
      await api.app.get(UsageRecorder, { strict: false }).drain(uuidv7(), [{ sequence: 1, call }]);
      reservation.commit();
      model.used += units;
    }
    reservation.release();
    expect((await sums())['recommendation_requests'] ?? 0).toBe(model.used);
  }
  toString = () => `end(call ${this.call}, ${this.share})`;
}

const KEYS = [uuidv7(), uuidv7(), uuidv7()];

it('B14: grants a reservation if and only if what is used and what is set aside leaves room, whatever is leased ahead', async () => {
  const commands = fc.commands(
    [
      fc
        .tuple(fc.nat(5), fc.nat(2), fc.integer({ min: 1, max: 15 }))
        .map(([call, key, units]) => new Reserve(call, key, units)),
      fc.tuple(fc.nat(5), fc.constantFrom(0, 0.5, 1)).map(([call, share]) => new End(call, share)),
    ],
    { maxCommands: 25 },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (drawnCommands) => {
      await newTenant();
      const limit = { scope: 'organization', resource: 'recommendation_requests', quantity: String(LIMIT) };
      await tenant.put('/v1/limits', limit).expect(200);
      const setup = () => ({ model: { used: 0, held: new Map() }, real: { reservations: new Map() } });
      await fc.asyncModelRun(setup, drawnCommands);
    }),
    RUNS,
  );
});

it('B8: counts what is leased in the billing period that it is leased for, also where an upgrade has begun a new one', async () => {
  await newTenant();
  const limit = { scope: 'organization', resource: 'recommendation_requests', quantity: String(LIMIT) };
  await tenant.put('/v1/limits', limit).expect(200);
  const quotas = api.app.get(Quotas, { strict: false });
  const reserve = (lineageId: string, units: number) =>
    quotas.reserve({ tenantId, projectId, lineageId }, { recommendation_requests: units });
  (await reserve(KEYS[0]!, 5)).release();
  await owner.query('UPDATE subscriptions SET anchor_at = now() WHERE tenant_id = $1', [tenantId]);
  await until(async () => {
    const reservation = await reserve(KEYS[0]!, 1);
    reservation.release();
    return Date.now() - Date.parse(reservation.context.periodStart) < 1_000;
  });
  const held = await reserve(KEYS[0]!, 20);
  await expect(reserve(KEYS[1]!, 30)).rejects.toMatchObject({ status: 429, code: 'quota_exceeded' });
  held.release();
});

it('takes what a call spent from its lease once, however often it is offered', async () => {
  await newTenant();
  const recorder = api.app.get(UsageRecorder, { strict: false });
  const reservation = await api.app
    .get(Quotas, { strict: false })
    .reserve({ tenantId, projectId, lineageId: KEYS[0]! }, { recommendation_requests: 10 });
  const leased = async () => {
    const sql = 'SELECT sum(units)::int AS units FROM quota_leases WHERE tenant_id = $1';
    return (await owner.query<{ units: number }>(sql, [tenantId])).rows[0]!.units;
  };
  const callOf = (units: number) => ({
    id: uuidv7(),
    tenantId,
    projectId,
    ...reservation.context,
    occurredAt: new Date().toISOString(),
    payloadHash: hashPayload(units),
    uses: [reservation.use('recommendation_requests', units)],
  });
  const before = await leased();
  expect(before).toBeGreaterThanOrEqual(10);
  const [first, second] = [callOf(4), callOf(3)];
  const entries = [
    { sequence: 1, call: first },
    { sequence: 2, call: second },
  ];
  const journalId = uuidv7();
  await recorder.drain(journalId, entries.slice(0, 1));
  expect(before - (await leased())).toBe(4);
  await recorder.drain(journalId, entries);
  expect(before - (await leased())).toBe(7);
  await recorder.drain(journalId, entries);
  expect(before - (await leased())).toBe(7);
  reservation.commit();
  reservation.release();
  expect((await sums())['recommendation_requests']).toBe(7);
});

it('B3, B4: corrects by further entries: once each, and 409 for another under the same id', async () => {
  await newTenant();
  const operator = await logInOperator(api);
  const ledger = api.app.get(LedgerRepository, { strict: false });
  const wrong: UsageEvent = {
    id: uuidv7(),
    tenantId,
    projectId,
    meter: 'recommendation_requests',
    quantity: 100,
    priceVersionId: PRICE_VERSION,
    periodStart: PERIOD,
    occurredAt: new Date().toISOString(),
    payloadHash: hashPayload('wrong'),
  };
  await ledger.drain(uuidv7(), [{ sequence: 1, events: [wrong] }]);
  const path = `/v1/admin/organizations/${tenantId}/usage-corrections`;
  const correction = { id: uuidv7(), meter: wrong.meter, quantity: -40, correctsId: wrong.id, reason: 'Our outage' };
  expect((await operator.post(path, correction).expect(201)).body).toEqual({ id: correction.id, isRepeated: false });
  expect((await operator.post(path, correction).expect(201)).body).toEqual({ id: correction.id, isRepeated: true });
  const { body } = await operator.post(path, { ...correction, quantity: -41 }).expect(409);
  expect(body.code).toBe('usage_event_exists');
  await operator.post(path, { ...correction, id: uuidv7(), correctsId: uuidv7() }).expect(404);
  await operator.post(path, { ...correction, id: uuidv7(), quantity: 0 }).expect(400);
  await tenant.post(path, { ...correction, id: uuidv7() }).expect(403);
  const { rows } = (await tenant.get('/v1/usage?groupBy=meter').expect(200)).body;
  expect(rows).toEqual([{ meter: wrong.meter, quantity: '60' }]);
  await expect(owner.query(`SET ROLE kindred_app; UPDATE usage_events SET quantity = 1`)).rejects.toThrow(
    /permission denied/,
  );
  await owner.query('RESET ROLE');
});

it('notices a roll-up that is not the sum of its events, and shows it on /metrics', async () => {
  const checker = api.app.get(LedgerChecker, { strict: false });
  const tamper = (by: number) =>
    owner.query(`UPDATE usage_rollups SET quantity = quantity + $2 WHERE tenant_id = $1 AND granularity = 'day'`, [
      tenantId,
      by,
    ]);
  await tamper(1);
  expect((await checker.check(true))?.mismatches).toBe(1);
  expect(await (await fetch(`${api.url}/metrics`)).text()).toMatch(/^app_ledger_mismatch_total 1$/m);
  await tamper(-1);
  expect((await checker.check(true))?.mismatches).toBe(0);
  expect((await checker.check(false))?.mismatches).toBe(0);
});
