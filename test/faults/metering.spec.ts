import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { startEmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { Random } from '../../libs/compute/random/kernel.js';
import { LedgerChecker } from '../../libs/features/usage/index.js';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { fillDisk } from '../factories/disk.js';
import { IS_FULL, note, percentile } from '../factories/faults-report.js';
import { MeteredLoad } from '../factories/metered-load.js';
import { Network, noNetwork } from '../factories/network.js';
import { killPostgres, revivePostgres } from '../factories/postgres-faults.js';

const SCALE = IS_FULL
  ? { apiKills: 500, postgresKills: 50, outageMs: 60_000, stops: 10, ioErrors: 20, clockJumps: 50, cuts: 100 }
  : { apiKills: 2, postgresKills: 1, outageMs: 3_000, stops: 1, ioErrors: 0, clockJumps: 0, cuts: 0 };
const TIMEOUT_MS = IS_FULL ? 3_600_000 : 120_000;
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
const CLIENTS = 8;
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

let api: TestApi;
let owner: pg.Client;
let tenant: Tenant;
let live: Awaited<ReturnType<Tenant['deploy']>>;
let key: string;
let processes: ApiProcess[] = [];
let load: MeteredLoad;
const random = Random.seeded(SEED);

beforeAll(async () => {
  api = await startApi();
  await connectOwner();
  await owner.query(`UPDATE plans SET requests_per_second = 1000000, requests_burst = 1000000`);
  await owner.query(`UPDATE plan_quotas SET quantity = 1000000000 WHERE resource = 'recommendation_requests'`);
});
afterAll(async () => {
  await stopProcesses();
  await Promise.all([api.close(), owner.end()]);
});

beforeEach(async () => {
  tenant = await Tenant.signUp(api);
  live = await tenant.deploy();
  ({ key } = await tenant.createKey(live.projectId));
});
afterEach(async () => {
  load?.giveUp();
  await load?.stop();
});

async function connectOwner(): Promise<void> {
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  owner.on('error', () => {});
  await owner.connect();
}

async function startProcesses(
  count: number,
  environment: Record<string, string> = {},
  wrapper?: string[],
): Promise<void> {
  processes = await Promise.all(Array.from({ length: count }, () => ApiProcess.start(environment, wrapper)));
}

async function stopProcesses(): Promise<void> {
  await Promise.all(processes.splice(0).map((each) => each.stop('SIGTERM')));
}

function startLoad(): MeteredLoad {
  load = new MeteredLoad((client) => processes[client % processes.length]!.url, live.deploymentId, key, CLIENTS);
  return load;
}

/** Ends the load, and finds in the ledger exactly the calls that were answered, each once, and their sums in the roll-ups. */
async function expectExact(fault: string): Promise<void> {
  await load.stop();
  const metered = async () => {
    const { rows } = await owner.query(
      `SELECT id, quantity::int FROM usage_events WHERE api_key_id = $1 AND meter_key = 'recommendation_requests'`,
      [(await tenant.get(`/v1/projects/${live.projectId}/api-keys`)).body.data[0].id],
    );
    return rows as { id: string; quantity: number }[];
  };
  await until(async () => (await metered()).length >= load.acknowledged.size, 60_000);
  // What is still under way would come within this time, and be one too many.
  await sleep(500);
  const rows = await metered();
  const ids = new Set(rows.map(({ id }) => id));
  const unmetered = [...load.acknowledged].filter((id) => !ids.has(id)).length;
  const unacknowledged = [...ids].filter((id) => !load.acknowledged.has(id)).length;
  const twice = rows.length - ids.size;
  expect({ unmetered, unacknowledged, twice }).toEqual({ unmetered: 0, unacknowledged: 0, twice: 0 });
  const { body } = await tenant.get('/v1/usage?groupBy=meter&meter=recommendation_requests').expect(200);
  expect(body.rows[0].quantity).toBe(String(load.acknowledged.size));
  // Another process may be at it.
  let check: Awaited<ReturnType<LedgerChecker['check']>>;
  await until(async () => (check = await api.app.get(LedgerChecker, { strict: false }).check(true)) !== null);
  expect(check!.mismatches).toBe(0);
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(load.latenciesMs, share).toFixed(1));
  const errors = JSON.stringify(Object.fromEntries(load.errors));
  const figure = `0 of ${load.acknowledged.size} (other answers ${errors}; p50 ${p50} ms, p99 ${p99} ms)`;
  note(`calls lost or metered twice: ${fault}`, figure, '0', true);
}

describe('every call that is answered is metered once, and nothing else is', () => {
  beforeAll(() => startProcesses(2));

  it(
    `B2: while one of 2 API processes is killed ${SCALE.apiKills} times`,
    async () => {
      startLoad();
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
    `B2: while Postgres is killed ${SCALE.postgresKills} times and then away for ${SCALE.outageMs / 1000} s; no call fails for it`,
    async () => {
      const postgres = await startEmbeddedPostgres(inject('dataDirectory'), 'postgres');
      startLoad();
      await sleep(1_000);
      for (let kill = 0; kill < SCALE.postgresKills; kill++) {
        await killPostgres(postgres, kill % 2 === 0 ? 'SIGKILL' : 'SIGQUIT');
        await revivePostgres(postgres, isPostgresThere);
        await sleep(1_000 + 1_000 * random.uniform());
      }
      await killPostgres(postgres, 'SIGKILL');
      const before = load.acknowledged.size;
      await sleep(SCALE.outageMs);
      const during = load.acknowledged.size - before;
      await revivePostgres(postgres, isPostgresThere);
      expect({ errors: [...load.errors], hasServed: during > 100 }, processes[0]!.output).toEqual({
        errors: [],
        hasServed: true,
      });
      await expectExact(
        `${SCALE.postgresKills} × kill of Postgres, then ${SCALE.outageMs / 1000} s without it (${during} calls)`,
      );
    },
    TIMEOUT_MS,
  );

  it(
    `while an API process is stopped and woken ${SCALE.stops} times, and another is asked to end under load`,
    async () => {
      startLoad();
      for (let stop = 0; stop < SCALE.stops; stop++) {
        processes[0]!.signal('SIGSTOP');
        await sleep(1_500);
        processes[0]!.signal('SIGCONT');
        await sleep(300);
      }
      await processes[1]!.stop('SIGTERM');
      await processes[1]!.start();
      await expectExact(`${SCALE.stops} × SIGSTOP, SIGCONT; SIGTERM`);
    },
    TIMEOUT_MS,
  );
});

if (IS_FULL) {
  describe('every call that is answered is metered once, on a machine that fails', () => {
    beforeEach(stopProcesses);

    it(
      `while fsync fails ${SCALE.ioErrors} times with EIO`,
      async () => {
        // Each thread of the process counts for itself; the journal's is the one that syncs.
        const everySoOften = 'inject=fsync,fdatasync:error=EIO:when=20+25';
        await startProcesses(1, {}, [
          'strace',
          '-f',
          '-qq',
          '--seccomp-bpf',
          '-o',
          '/dev/null',
          '-e',
          'trace=fsync,fdatasync',
          '-e',
          everySoOften,
        ]);
        startLoad();
        await until(async () => (load.errors.get(503) ?? 0) >= SCALE.ioErrors, TIMEOUT_MS);
        await expectExact(`${load.errors.get(503)} calls refused for fsync EIO`);
      },
      TIMEOUT_MS,
    );

    it(
      'while the disk of the journal is full; it heals by itself',
      async () => {
        const directory = mkdtempSync(path.join(tmpdir(), 'kindred-full-'));
        const journal = path.join(directory, 'journal');
        mkdirSync(journal);
        // What else the API reads lies where it did.
        execFileSync('ln', ['-s', path.join(inject('dataDirectory'), 'objects'), path.join(directory, 'objects')]);
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', journal]);
        try {
          await startProcesses(1, { KINDRED_DATA_DIR: directory });
          startLoad();
          for (let round = 0; round < 20; round++) {
            await sleep(200);
            const filler = fillDisk(journal);
            // A journal that has had more in it goes on within the room that it has.
            await sleep(500);
            rmSync(filler);
            const answered = load.acknowledged.size;
            await until(async () => load.acknowledged.size > answered, 20_000);
          }
          expect(load.errors.get(503) ?? 0).toBeGreaterThan(0);
          await expectExact(`20 × disk full, ${load.errors.get(503)} calls refused`);
          await processes[0]!.stop('SIGTERM');
        } finally {
          execFileSync('umount', ['-l', journal]);
          rmSync(directory, { recursive: true });
        }
      },
      TIMEOUT_MS,
    );

    it(
      `while the clock of the API's machine jumps by two hours ${SCALE.clockJumps} times; no key expires and no call is put elsewhere in time`,
      async () => {
        expect(existsSync(FAKETIME), 'install libfaketime').toBe(true);
        const file = path.join(mkdtempSync(path.join(tmpdir(), 'kindred-clock-')), 'faketime');
        const turn = (offset: string) => {
          writeFileSync(file, offset);
          utimesSync(file, new Date(), new Date());
        };
        turn('+0h');
        await startProcesses(1, {
          LD_PRELOAD: FAKETIME,
          FAKETIME_TIMESTAMP_FILE: file,
          FAKETIME_NO_CACHE: '1',
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
          DONT_FAKE_MONOTONIC: '1',
        });
        const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
        const path_ = `/v1/projects/${live.projectId}/api-keys`;
        key = (await tenant.post(path_, { name: 'Ends in an hour', expiresAt }).expect(201)).body.key;
        const startedAt = new Date();
        startLoad();
        for (let jump = 0; jump < SCALE.clockJumps; jump++) {
          turn(jump % 2 === 0 ? '+2h' : '-2h');
          await sleep(1_000);
        }
        expect([...load.errors]).toEqual([]);
        await expectExact(`${SCALE.clockJumps} × clock ± 2 h`);
        const { rows } = await owner.query(
          `SELECT count(*)::int AS strays FROM usage_events WHERE id = ANY($1) AND (occurred_at < $2 OR occurred_at > now())`,
          [[...load.acknowledged], startedAt],
        );
        expect(rows).toEqual([{ strays: 0 }]);
      },
      TIMEOUT_MS,
    );

    const why = noNetwork();
    it.skipIf(why)(
      `while the network to Postgres loses 5 % of its packets and is cut ${SCALE.cuts} times${why ? `: skipped, ${why}` : ''}`,
      async () => {
        const network = Network.create();
        try {
          const reached = { HOST: network.inside, DATABASE_URL: await network.reach(inject('appUrl')) };
          await startProcesses(1, reached, network.wrapper);
          startLoad();
          network.lose(0.05);
          await sleep(10_000);
          let slowestMs = 0;
          for (let cut = 0; cut < SCALE.cuts; cut++) {
            network.lose(1);
            await sleep(500 + 2_500 * random.uniform());
            network.lose(0.05);
            const startMs = performance.now();
            await until(() => reachesPostgres(processes[0]!.url), 60_000);
            slowestMs = Math.max(slowestMs, performance.now() - startMs);
          }
          network.lose(0);
          await expectExact(`network lossy, ${SCALE.cuts} × cut`);
          const isKept = slowestMs <= 10_000;
          note('slowest answer from Postgres after a cut, s', (slowestMs / 1000).toFixed(1), '≤ 10', isKept);
          expect(isKept).toBe(true);
          await processes[0]!.stop('SIGTERM');
        } finally {
          network.remove();
        }
      },
      TIMEOUT_MS,
    );
  });
}

/** Whether a route answers that asks Postgres. */
async function reachesPostgres(url: string): Promise<boolean> {
  const signal = AbortSignal.timeout(1_000);
  const answer = fetch(`${url}/v1/projects`, { headers: { cookie: tenant.cookie }, signal });
  return answer.then(
    ({ ok }) => ok,
    () => false,
  );
}

const isPostgresThere = () =>
  connectOwner().then(
    () => true,
    () => false,
  );
