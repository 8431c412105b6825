import net from 'node:net';
import { afterEach, expect, inject, it } from 'vitest';
import { Database } from '../../libs/platform/database/database.js';
import { startApi, Tenant } from '../factories/api.js';

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

it('gives up a connection that went silent without a word: the call is told to come again, and neither the next one nor the end of the process waits', async () => {
  const line = await startLine();
  const api = await startApi({
    DATABASE_URL: line.url,
    KINDRED_STATEMENT_SECONDS: 1,
    KINDRED_IDLE_TRANSACTION_SECONDS: 1,
  });
  const tenant = await Tenant.signUp(api);
  const database = api.app.get(Database, { strict: false });
  // Each takes a connection that had been open before.
  await Promise.all(Array.from({ length: 8 }, () => tenant.get('/v1/projects').expect(200)));
  line.silence();
  // What may take long has a connection of its own.
  const long = database.longSystemSql((sql) => sql.rows<{ ok: number }>('SELECT 1 AS ok FROM pg_sleep(7)'));
  const [answer] = await Promise.all([
    tenant.get('/v1/projects'),
    expect(database.systemSql((sql) => sql.run('SELECT 1'))).rejects.toThrow('Postgres has not been heard of for 6 s'),
  ]);
  expect([answer.status, answer.body.code]).toEqual([503, 'database_unavailable']);
  await tenant.get('/v1/projects').expect(200);
  expect(await long).toEqual([{ ok: 1 }]);
  await api.close();
});
