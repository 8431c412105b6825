import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { startEmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { Random } from '../../libs/compute/random/kernel.js';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { fillDisk } from '../factories/disk.js';
import { EventLoad } from '../factories/event-load.js';
import { IS_FULL, note } from '../factories/faults-report.js';
import { killPostgres, revivePostgres } from '../factories/postgres-faults.js';

const SCALE = IS_FULL
  ? { apiKills: 100, postgresKills: 10, outageMs: 60_000, fullDisks: 20 }
  : { apiKills: 2, postgresKills: 0, outageMs: 3_000, fullDisks: 0 };
const TIMEOUT_MS = IS_FULL ? 3_600_000 : 120_000;
const SENDERS = 6;
const random = Random.seeded(Number(process.env['FAULTS_SEED'] ?? 1));

let api: TestApi;
let owner: pg.Client;
let tenant: Tenant;
let projectId: string;
let keys: Record<'calls' | 'events', { id: string; key: string }>;
let processes: ApiProcess[] = [];
let load: EventLoad;

beforeAll(async () => {
  api = await startApi();
  await connectOwner();
  await owner.query(`UPDATE plans SET requests_per_second = 1000000, requests_burst = 1000000`);
  await owner.query(`UPDATE plan_quotas SET quantity = 1000000000 WHERE resource LIKE 'interactions%'`);
});
afterAll(() => Promise.all([api.close(), owner.end()]));

beforeEach(async () => {
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
  const create = () => tenant.createKey(projectId, ['events:write']);
  keys = { calls: await create(), events: await create() };
});
afterEach(async () => {
  load?.giveUp();
  await load?.stop();
  await Promise.all(processes.splice(0).map((each) => each.stop('SIGTERM')));
});

async function connectOwner(): Promise<void> {
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  owner.on('error', () => {});
  await owner.connect();
}

async function start(count: number, environment: Record<string, string> = {}): Promise<void> {
  processes = await Promise.all(Array.from({ length: count }, () => ApiProcess.start(environment)));
  const urlOf = (sender: number) => `${processes[sender % count]!.url}/v1/projects/${projectId}/interactions`;
  load = new EventLoad(urlOf, { calls: keys.calls.key, events: keys.events.key }, SENDERS);
  await until(() => load.count > 0);
}

/** Ends the load, and finds in the data set exactly the events that were acknowledged, each once, and metered those of the calls that were named. */
async function expectExact(fault: string): Promise<void> {
  await load.stop();
  const kept = async () => {
    const { rows } = await owner.query(
      `SELECT item_id FROM live_interactions JOIN data_sets ON data_sets.id = data_set_id WHERE project_id = $1`,
      [projectId],
    );
    return rows.map(({ item_id }: { item_id: string }) => item_id);
  };
  await until(async () => (await kept()).length >= load.count, 60_000);
  // What is still under way would come within this time, and be one too many.
  await sleep(500);
  const items = await kept();
  const distinct = new Set(items);
  const acknowledged = new Set([...load.acknowledged.calls, ...load.acknowledged.events]);
  const lost = [...acknowledged].filter((item) => !distinct.has(item)).length;
  const unacknowledged = [...distinct].filter((item) => !acknowledged.has(item)).length;
  expect({ lost, unacknowledged, twice: items.length - distinct.size }).toEqual({
    lost: 0,
    unacknowledged: 0,
    twice: 0,
  });
  const { rows } = await owner.query(
    `SELECT coalesce(sum(quantity), 0)::int AS metered FROM usage_events WHERE api_key_id = $1 AND meter_key = 'interactions_ingested'`,
    [keys.calls.id],
  );
  expect(rows[0].metered).toBe(load.acknowledged.calls.size);
  const errors = JSON.stringify(Object.fromEntries(load.errors));
  note(`events lost or kept twice: ${fault}`, `0 of ${load.count} (other answers ${errors})`, '0', true);
}

it(
  `an event that is acknowledged is kept once, while one of 2 API processes is killed ${SCALE.apiKills} times`,
  async () => {
    await start(2);
    for (let kill = 0; kill < SCALE.apiKills; kill++) {
      await sleep(200 + 400 * random.uniform());
      const victim = processes[Math.floor(random.uniform() * processes.length)]!;
      await victim.stop('SIGKILL');
      await victim.start();
    }
    await expectExact(`${SCALE.apiKills} × kill -9 of an API`);
  },
  TIMEOUT_MS,
);

it(
  `while Postgres is killed ${SCALE.postgresKills} times and then away for ${SCALE.outageMs / 1000} s, and no call fails for it`,
  async () => {
    const postgres = await startEmbeddedPostgres(inject('dataDirectory'), 'postgres');
    const isThere = () =>
      connectOwner().then(
        () => true,
        () => false,
      );
    await start(2);
    await until(() => load.count > 1_000);
    for (let kill = 0; kill < SCALE.postgresKills; kill++) {
      await killPostgres(postgres, kill % 2 === 0 ? 'SIGKILL' : 'SIGQUIT');
      await revivePostgres(postgres, isThere);
      await sleep(1_000 + 1_000 * random.uniform());
    }
    await killPostgres(postgres, 'SIGKILL');
    const before = load.count;
    await sleep(SCALE.outageMs);
    const during = load.count - before;
    await revivePostgres(postgres, isThere);
    expect({ errors: [...load.errors], hasTaken: during > 500 }, processes[0]!.output).toEqual({
      errors: [],
      hasTaken: true,
    });
    await expectExact(
      `${SCALE.postgresKills} × kill of Postgres, then ${SCALE.outageMs / 1000} s without it (${during} events)`,
    );
  },
  TIMEOUT_MS,
);

if (IS_FULL) {
  it(
    'while the disk of the journal is full; it heals by itself',
    async () => {
      const directory = mkdtempSync(path.join(tmpdir(), 'kindred-full-'));
      const journal = path.join(directory, 'journal');
      mkdirSync(journal);
      // What else the API reads lies where it did.
      execFileSync('ln', ['-s', path.join(inject('dataDirectory'), 'objects'), path.join(directory, 'objects')]);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', journal]);
      try {
        await start(1, { KINDRED_DATA_DIR: directory });
        for (let round = 0; round < SCALE.fullDisks; round++) {
          await sleep(200);
          const filler = fillDisk(journal);
          // A journal that has had more in it goes on within the room that it has.
          await sleep(500);
          rmSync(filler);
          const taken = load.count;
          await until(() => load.count > taken, 20_000);
        }
        expect(load.errors.get(503) ?? 0).toBeGreaterThan(0);
        await expectExact(`${SCALE.fullDisks} × disk full, ${load.errors.get(503)} calls refused`);
        await processes[0]!.stop('SIGTERM');
      } finally {
        execFileSync('umount', ['-l', journal]);
        rmSync(directory, { recursive: true });
      }
    },
    TIMEOUT_MS,
  );
}
