import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, expect, it } from 'vitest';
import { until } from '../factories/api.js';
import { IS_FULL, note } from '../factories/faults-report.js';
import { Installation } from '../factories/installation.js';

const CALLS = 20;
const installations: Installation[] = [];

afterAll(async () => {
  for (const installation of installations) await installation.remove();
});

it.skipIf(!IS_FULL)(
  'a copy of the data folder, started elsewhere, holds the same ledger and answers as before',
  async () => {
    const original = await Installation.create();
    installations.push(original);
    await original.start();
    const before = await original.curl();
    for (let call = 1; call < CALLS; call++) await original.curl();
    await until(async () => (await ledgerOf(original)).calls === CALLS);
    const ledger = await ledgerOf(original);
    await original.stop('SIGTERM');

    const restored = await Installation.create();
    installations.push(restored);
    rmSync(restored.directory, { recursive: true });
    execFileSync('cp', ['-a', original.directory, restored.directory]);
    // Where the original is, nothing is left that the copy could be reading.
    await original.remove();
    installations.shift();
    await restored.start();

    expect(await ledgerOf(restored)).toEqual(ledger);
    const after = await restored.curl();
    expect(after['items']).toEqual(before['items']);
    expect(after['modelVersionId']).toBe(before['modelVersionId']);
    note('ledger after a restore', `${ledger.count} events, the same`, 'the same', true);
  },
);

/** Number, sum and digest of all that was metered, in one order; but for what is stored, which the worker meters by the day. */
async function ledgerOf({ directory }: Installation) {
  const { postgresPassword } = JSON.parse(readFileSync(path.join(directory, 'secrets.json'), 'utf8')) as {
    postgresPassword: string;
  };
  const port = Number(readFileSync(path.join(directory, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[3]);
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password: postgresPassword,
    database: 'kindred',
  });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT count(*)::int AS count, sum(quantity)::text AS sum, count(*) FILTER (WHERE meter_key = 'recommendation_requests')::int AS calls,
         encode(sha256(convert_to(string_agg(id::text || meter_key || quantity::text, ',' ORDER BY id, meter_key), 'UTF8')), 'hex') AS digest
       FROM usage_events WHERE meter_key <> 'stored_interactions'`,
    );
    return rows[0] as { count: number; sum: string; calls: number; digest: string };
  } finally {
    await client.end();
  }
}
