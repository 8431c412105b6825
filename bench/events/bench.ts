import { readdirSync, readFileSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { uuidv7 } from 'uuidv7';
import { ApiSession } from '../../apps/launcher/journey/api-session.js';
import { type Comparison, interleave, time, type Timing } from '../measure.js';
import { BenchPlatform } from '../metering/platform.js';

const BATCHES = 100;
const BATCH = 1_000;
const CLIENTS = 4;

interface Target {
  url: string;
  key: string;
}

/**
 * Events from a call to the table that trainings read, next to what cannot be left out: one fsync of the same bytes a batch, and COPY of the
 * same rows into a table of the same columns and indices.
 */
export async function benchEvents(rounds: number): Promise<Comparison[]> {
  const platform = await BenchPlatform.start();
  const owner = new pg.Client({ connectionString: platform.ownerUrl });
  try {
    await owner.connect();
    await owner.query('CREATE TABLE copied (LIKE live_interactions INCLUDING ALL)');
    const target = await prepare(platform);
    const acknowledged: Timing[] = [];
    const server = await postmasterOf(owner);
    const contenders = [
      { name: 'append and fsync', run: () => appendAll(path.join(platform.directory, 'appended'), draw()) },
      { name: 'COPY', run: () => timeAll(server, () => copyAll(owner, draw())) },
      {
        name: 'events, in the table',
        run: async () => {
          const batches = draw();
          const before = await countOf(owner);
          return timeAll(server, async () => {
            acknowledged.push(await time(() => sendAll(target, batches)));
            while ((await countOf(owner)) < before + BATCHES * BATCH) await sleep(20);
          });
        },
      },
    ];
    const comparisons = await interleave(contenders, rounds);
    const waits = acknowledged.slice(1).map(({ wall }) => wall);
    for (const { name, wall } of comparisons) console.log(`${name}: ${perSecond(wall)} events a second`);
    console.log(`events, acknowledged: ${waits.map(perSecond).join(', ')} events a second`);
    return comparisons;
  } finally {
    await owner.end();
    await platform.stop();
  }
}

const perSecond = (seconds: number) => Math.round((BATCHES * BATCH) / seconds);

/** An organization on a plan without limits that a bench would meet. */
async function prepare(platform: BenchPlatform): Promise<Target> {
  const url = await platform.startApi('journal');
  await platform.query('UPDATE plans SET requests_per_second = 1000000, requests_burst = 1000000');
  await platform.query(`UPDATE plan_quotas SET quantity = 1000000000 WHERE resource LIKE 'interactions%'`);
  const api = new ApiSession(url);
  await api.signup('bench@example.com', 'a password of the bench', 'Bench');
  const project = await api.findOrCreate('/v1/projects', 'Bench', {});
  const scopes = ['events:write'];
  const { key } = await api.post<{ key: string }>(`/v1/projects/${project.id}/api-keys`, { name: 'Bench', scopes });
  return { url: `${url}/v1/projects/${project.id}/interactions`, key };
}

interface Event {
  userId: string;
  itemId: string;
  eventType: string;
  timestamp: number;
  interactionId: string;
}

/** Every second event has an id of its own, as some senders give one and some do not. */
function draw(): Partial<Event>[][] {
  return Array.from({ length: BATCHES }, () =>
    Array.from({ length: BATCH }, (_, i) => ({
      userId: `user-${Math.floor(50_000 * Math.random())}`,
      itemId: `item-${Math.floor(5_000 * Math.random() ** 2)}`,
      eventType: i % 10 === 0 ? 'purchase' : 'view',
      timestamp: Date.now(),
      ...(i % 2 === 0 && { interactionId: uuidv7() }),
    })),
  );
}

async function appendAll(file: string, batches: object[][]): Promise<Timing> {
  const handle = await open(file, 'w');
  try {
    return await time(async () => {
      for (const batch of batches) {
        await handle.write(JSON.stringify(batch));
        await handle.sync();
      }
    });
  } finally {
    await handle.close();
    await rm(file);
  }
}

async function copyAll(owner: pg.Client, batches: Partial<Event>[][]): Promise<void> {
  const [tenantId, dataSetId] = [uuidv7(), uuidv7()];
  const lineOf = ({ userId, itemId, eventType, timestamp }: Partial<Event>) =>
    `${tenantId}\t${dataSetId}\t${crypto.randomUUID()}\t${new Date().toISOString()}\t${userId}\t${itemId}\t${eventType}\t${timestamp! / 1_000}\n`;
  for (const batch of batches)
    await pipeline(
      Readable.from([batch.map(lineOf).join('')]),
      owner.query(
        copyFrom(
          'COPY copied (tenant_id, data_set_id, id, received_at, user_id, item_id, event_type, timestamp) FROM STDIN',
        ),
      ),
    );
}

async function sendAll(target: Target, batches: object[][]): Promise<void> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
  const left = [...batches];
  const client = async () => {
    for (let batch = left.pop(); batch; batch = left.pop()) await post(agent, target, batch);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  agent.destroy();
}

function post(agent: http.Agent, { url, key }: Target, interactions: object[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 202 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
      );
    });
    request.on('error', reject);
    request.end(JSON.stringify({ interactions }));
  });
}

async function countOf(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query('SELECT coalesce(sum(rows), 0)::int AS count FROM live_interaction_counts');
  return rows[0].count;
}

async function postmasterOf(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ stat: string }>(
    `SELECT pg_read_file('/proc/' || pg_backend_pid() || '/stat', 0, 1000) AS stat`,
  );
  return Number(fieldsOf(rows[0]!.stat)[1]);
}

/** With what Postgres and the processes that the bench started compute for it, which is less moved by a busy machine than the time is. */
async function timeAll(postmaster: number, work: () => Promise<unknown>): Promise<Timing> {
  const before = cpuOfOthers(postmaster);
  const { wall, cpu } = await time(work);
  return { wall, cpu: cpu + cpuOfOthers(postmaster) - before };
}

const TICKS_PER_SECOND = 100;

/** Seconds of the server, of those who serve its connections, ended ones among them, and of the bench's own children. */
function cpuOfOthers(postmaster: number): number {
  let ticks = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = fieldsOf(read(`/proc/${pid}/stat`));
    const isServer = Number(pid) === postmaster;
    if (!isServer && ![postmaster, process.pid].includes(Number(fields[1]))) continue;
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number) as [number, number, number, number];
    ticks += user + system + (isServer ? endedUser + endedSystem : 0);
  }
  return ticks / TICKS_PER_SECOND;
}

/** From the state on; the parent is the second. */
function fieldsOf(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Empty where the process has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
