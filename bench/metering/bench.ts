import http from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { uuidv7 } from 'uuidv7';
import { createApi } from '../../apps/api/create-api.js';
import { ApiKeysService } from '../../libs/features/api-keys/api-keys.service.js';
import { hashPayload, LedgerRepository, type UsageEvent } from '../../libs/features/usage/index.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { type Comparison, interleave, median, time } from '../measure.js';
import { BenchPlatform, deployModel, type Live, type Metering } from './platform.js';

const PRICE_VERSION = '019ab000-0000-7000-8000-000000000003';
const LEDGER_TENANTS = 50;
const LEDGER_EVENTS = 40_000;
/** As many as the recorder drains at a time. */
const LEDGER_BATCH = 4_000;
const SERVE_MS = 3_000;
/** Calls under way at a time: few, and enough to keep the machine busy. */
const CLIENTS = [16, 64];
const KEY_CHECKS = 50_000;

export interface MeteringResult {
  ledger: Comparison[];
  serving: Record<string, Record<string, number>>;
  keyMicroseconds: number;
}

export async function benchMetering(rounds: number): Promise<MeteringResult> {
  const platform = await BenchPlatform.start();
  try {
    await platform.startWorker();
    const urls = new Map<Metering, string>();
    for (const metering of ['none', 'journal', 'postgres'] as const)
      urls.set(metering, await platform.startApi(metering));
    const live = await deployModel(platform, urls.get('journal')!);
    const serving = await benchServing(urls, live, rounds);
    const app = await createApi(readConfig({ ...platform.environment, PORT: '3999' }));
    await app.init();
    try {
      const keyMicroseconds = await benchKeys(app.get(ApiKeysService, { strict: false }), live.key, rounds);
      const ledger = await benchLedger(platform, app.get(LedgerRepository, { strict: false }), rounds);
      return { ledger, serving, keyMicroseconds };
    } finally {
      await app.close();
    }
  } finally {
    await platform.stop();
  }
}

/** The ledger with all that belongs to it (row-level security, deduplication, four roll-ups) next to COPY of the same rows into a table of the same shape without any of it. */
async function benchLedger(platform: BenchPlatform, ledger: LedgerRepository, rounds: number): Promise<Comparison[]> {
  const tenants = Array.from({ length: LEDGER_TENANTS }, () => {
    return { tenantId: uuidv7(), projectId: uuidv7(), apiKeyId: uuidv7(), deploymentId: uuidv7() };
  });
  for (const { tenantId } of tenants)
    await platform.query('INSERT INTO organizations (id, name) VALUES ($1, $2)', [tenantId, 'Bench']);
  await platform.query('CREATE TABLE copied (LIKE usage_events INCLUDING ALL)');
  const owner = new pg.Client({ connectionString: platform.ownerUrl });
  await owner.connect();
  const draw = () =>
    Array.from({ length: LEDGER_EVENTS / LEDGER_BATCH }, () =>
      Array.from({ length: LEDGER_BATCH }, (_, i): UsageEvent => {
        const id = uuidv7();
        const common = { priceVersionId: PRICE_VERSION, periodStart: '2026-11-01T00:00:00.000Z' };
        const payloadHash = hashPayload(id);
        const occurredAt = new Date().toISOString();
        return {
          ...tenants[i % LEDGER_TENANTS],
          ...common,
          id,
          meter: 'recommendation_requests',
          quantity: 1,
          occurredAt,
          payloadHash,
        };
      }),
    );
  const copy = {
    name: 'COPY',
    run: () => {
      const batches = draw();
      return time(async () => {
        for (const batch of batches)
          await pipeline(
            Readable.from([batch.map(lineOf).join('')]),
            owner.query(copyFrom(`COPY copied (${COLUMNS}) FROM STDIN`)),
          );
      });
    },
  };
  const drain = {
    name: 'ledger and roll-ups',
    run: () => {
      const batches = draw();
      const nodeId = uuidv7();
      return time(async () => {
        for (const [sequence, events] of batches.entries())
          await ledger.drain(nodeId, [{ sequence: sequence + 1, events }]);
      });
    },
  };
  const comparisons = await interleave([copy, drain], rounds);
  await owner.end();
  for (const { name, wall } of comparisons) console.log(`${name}: ${Math.round(LEDGER_EVENTS / wall)} events a second`);
  return comparisons;
}

const COLUMNS =
  'tenant_id, id, meter_key, quantity, project_id, api_key_id, deployment_id, price_version_id, period_start, occurred_at, payload_hash';

function lineOf(event: UsageEvent): string {
  const { tenantId, id, meter, quantity, projectId, apiKeyId, deploymentId, priceVersionId, periodStart, occurredAt } =
    event;
  const ids = `${projectId}\t${apiKeyId}\t${deploymentId}\t${priceVersionId}`;
  return `${tenantId}\t${id}\t${meter}\t${quantity}\t${ids}\t${periodStart}\t${occurredAt}\t\\\\x${event.payloadHash}\n`;
}

/** The same calls at API processes that meter in different ways, in turn. */
async function benchServing(urls: Map<Metering, string>, live: Live, rounds: number) {
  const table: MeteringResult['serving'] = {};
  for (const clients of [1, ...CLIENTS]) {
    const runs = new Map(
      [...urls.keys()].map((metering) => [metering, { perSecond: [] as number[], p50: [] as number[] }]),
    );
    for (let round = -1; round < rounds; round++) {
      for (const [metering, url] of urls) {
        const latencies = await load(url, live, clients);
        if (round < 0) continue;
        const run = runs.get(metering)!;
        run.perSecond.push((1000 * latencies.length) / SERVE_MS);
        run.p50.push(median(latencies));
      }
    }
    const none = runs.get('none')!;
    for (const [metering, { perSecond, p50 }] of runs) {
      table[`${metering}, ${clients} ${clients === 1 ? 'client' : 'clients'}`] = {
        'calls/s': Math.round(median(perSecond)),
        'of unmetered': +median(perSecond.map((value, round) => value / none.perSecond[round])).toFixed(3),
        'p50 ms': +median(p50).toFixed(2),
        'added ms': +median(p50.map((value, round) => value - none.p50[round])).toFixed(2),
      };
    }
  }
  return table;
}

/** Latencies of all calls that clients without pause make in a while. */
async function load(url: string, { deploymentId, key }: Live, clients: number): Promise<number[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: clients });
  const latencies: number[] = [];
  const endMs = performance.now() + SERVE_MS;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let call = 0; performance.now() < endMs; call++) {
        const startMs = performance.now();
        await post(agent, `${url}/v1/deployments/${deploymentId}/recommendations`, key, {
          userId: `user-${(client * 31 + call) % 500}`,
          limit: 10,
        });
        latencies.push(performance.now() - startMs);
      }
    }),
  );
  agent.destroy();
  return latencies;
}

function post(agent: http.Agent, url: string, key: string, body: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`answered ${response.statusCode}`)),
      );
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

/** Microseconds that a known key's check takes. */
async function benchKeys(apiKeys: ApiKeysService, key: string, rounds: number): Promise<number> {
  const each: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const { wall } = await time(async () => {
      for (let i = 0; i < KEY_CHECKS; i++) await apiKeys.verify(key, '127.0.0.1');
    });
    if (round >= 0) each.push((1e6 * wall) / KEY_CHECKS);
  }
  return median(each);
}
