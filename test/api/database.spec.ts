import net from 'node:net';
import { afterEach, expect, inject, it } from 'vitest';
import { readConfig } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { until } from '../factories/api.js';
import { KINDRED_SECRET } from '../factories/platform.setup.js';

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

/** A line to Postgres that can go silent: what is sent on connections open by then arrives no more, and nobody is told. */
async function startLine() {
  const url = new URL(inject('appUrl'));
  const postgres = { port: Number(url.port), host: url.hostname };
  let open: net.Socket[] = [];
  const line = net.createServer((client) => {
    const server = net.connect(postgres);
    client.pipe(server).pipe(client);
    open.push(client, server);
    for (const each of [client, server]) each.on('error', () => {});
  });
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve));
  const all = new Set<net.Socket>();
  closings.push(() => {
    for (const each of all) each.destroy();
    line.close();
  });
  url.host = `127.0.0.1:${(line.address() as net.AddressInfo).port}`;
  const silence = () => {
    for (const each of open) all.add(each.unpipe());
    open = [];
  };
  return { url: url.href, silence };
}

it('gives up a connection that went silent without a word, and neither work nor the end of the process waits for it', async () => {
  const line = await startLine();
  const database = new Database(
    readConfig({
      DATABASE_URL: line.url,
      KINDRED_SECRET,
      KINDRED_STATEMENT_SECONDS: '1',
      KINDRED_IDLE_TRANSACTION_SECONDS: '1',
    }),
  );
  const statuses = async (before: () => Promise<void>) => {
    const both = await Promise.allSettled([
      database.systemSql(async (sql) => (await before(), sql.run('SELECT 1'))),
      database.system(async (transaction) => (await before(), transaction.$executeRaw`SELECT 1`)),
    ]);
    return both.map(({ status }) => status);
  };
  let begun = 0;
  const silenceBothTransactions = async () => {
    if (++begun === 2) line.silence();
    else await until(async () => begun === 2);
  };
  expect(await statuses(silenceBothTransactions)).toEqual(['rejected', 'rejected']);
  expect(await statuses(async () => {})).toEqual(['fulfilled', 'fulfilled']);
  await database.onApplicationShutdown();
}, 120_000);
