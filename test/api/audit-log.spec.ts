import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { verifyAudit } from '../../apps/launcher/verify-audit.js';
import { WEBHOOK_EVENTS } from '../../libs/features/webhooks/webhook-events.js';
import { cutChain, forgetPerson, hashOf, NO_HASH, verifyChain } from '../../libs/platform/audit/audit-chain.js';
import { audit } from '../../libs/platform/audit/audit.js';
import { Database, type Sql } from '../../libs/platform/database/database.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';

/** The migration that made it a chain. */
const CHAINED = '20261130300000_audit_chain';
const SYSTEM = { kind: 'system', id: null } as const;

let api: TestApi;
let owner: pg.Client;
let app: pg.Client;
let database: Database;
let tenant: Tenant;
let tenantId: string;
let userId: string;

beforeAll(async () => {
  api = await startApi({ KINDRED_WEBHOOKS_TO_PRIVATE_ADDRESSES: true });
  database = api.app.get(Database);
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  app = new pg.Client({ connectionString: inject('appUrl') });
  await Promise.all([owner.connect(), app.connect()]);
  tenant = await Tenant.signUp(api);
  const me = (await tenant.get('/v1/me').expect(200)).body;
  [tenantId, userId] = [me.organization.id, me.user.id];
  for (const name of ['One', 'Two', 'Three', '=1+1']) await tenant.createProject(name);
});
afterAll(() => Promise.all([api.close(), owner.end(), app.end()]));

const sqlOf = (client: pg.Client): Sql => ({
  rows: async (text, values) => (await client.query(text, values)).rows,
  run: async (text, values) => (await client.query(text, values)).rowCount ?? 0,
});
const write = (id: string, count = 1, of = database) =>
  of.tenant(id, async (transaction) => {
    for (let index = 0; index < count; index++)
      await audit(transaction, id, 'project.created', uuidv7(), { after: { name: `${index}` } }, SYSTEM);
  });
const verify = (id = tenantId) => verifyChain((work) => database.tenantSql(id, work), id);
const ordinalsOf = async (id: string) =>
  (await owner.query('SELECT ordinal::int FROM audit_events WHERE tenant_id = $1 ORDER BY ordinal', [id])).rows.map(
    ({ ordinal }) => ordinal,
  );
/** What no parser knows, as supertest wants it. */
function asText(response: NodeJS.EventEmitter, done: (error: null, text: string) => void): void {
  let text = '';
  response.on('data', (chunk: string | Buffer) => (text += chunk.toString()));
  response.on('end', () => done(null, text));
}

/** The rows of a CSV file by the names of its columns. */
function parseCsv(text: string): Record<string, string>[] {
  const lines: string[][] = [[]];
  for (const [, cell, end] of text.matchAll(/("(?:[^"]|"")*"|[^,\n]*)(,|\n|$)/g)) {
    lines.at(-1)!.push(cell!.replace(/^"([\s\S]*)"$/, '$1').replaceAll('""', '"'));
    if (end !== ',') lines.push([]);
  }
  const [names, ...rows] = lines.filter((cells) => cells.length > 1);
  return rows.map((cells) => Object.fromEntries(names!.map((name, place) => [name, cells[place]!])));
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('rewriting the past', () => {
  const at = (ordinal: number) => `WHERE tenant_id = 'TENANT' AND ordinal = ${ordinal}`;
  const unchained = (sql: string) => `SET LOCAL session_replication_role = replica; ${sql}`;

  it.each([
    ['altered what an event says', `UPDATE audit_events SET action = 'project.deleted' ${at(3)}`, 3, 'changed'],
    ['altered who did it', `UPDATE audit_events SET actor_id = gen_random_uuid() ${at(3)}`, 3, 'changed'],
    ['altered when it was', `UPDATE audit_events SET occurred_at = now() - interval '1 day' ${at(3)}`, 3, 'changed'],
    [
      'altered where it came from',
      `UPDATE audit_events SET personal = '{"network": "1.2.3.0/24"}' ${at(3)}`,
      3,
      'changed',
    ],
    ['altered the first event', `UPDATE audit_events SET after = '{}' ${at(1)}`, 1, 'changed'],
    ['deleted an event in the middle', `DELETE FROM audit_events ${at(3)}`, 3, 'missing'],
    ['deleted the first event', `DELETE FROM audit_events ${at(1)}`, 1, 'missing'],
    ['deleted the last event', `DELETE FROM audit_events ${at(6)}`, 6, 'missing'],
    ['deleted every event', `DELETE FROM audit_events WHERE tenant_id = 'TENANT'`, 1, 'missing'],
    ['deleted the head', `DELETE FROM audit_heads WHERE tenant_id = 'TENANT'`, 1, 'unknown'],
    [
      'exchanged two events',
      `UPDATE audit_events SET ordinal = 1000 ${at(3)}; UPDATE audit_events SET ordinal = 3 ${at(4)}; UPDATE audit_events SET ordinal = 4 ${at(1000)}`,
      3,
      'changed',
    ],
    [
      'altered an event with a hash that fits it',
      `UPDATE audit_events event SET after = '{}'  ${at(3)}; UPDATE audit_events event SET hash = audit_hash((SELECT hash FROM audit_events ${at(2)}), audit_hashed(event)) ${at(3)}`,
      4,
      'changed',
    ],
    [
      'altered the last event with a hash that fits it',
      `UPDATE audit_events event SET after = '{}'  ${at(6)}; UPDATE audit_events event SET hash = audit_hash((SELECT hash FROM audit_events ${at(5)}), audit_hashed(event)) ${at(6)}`,
      7,
      'changed',
    ],
    [
      'put in an event with the head moved to it',
      unchained(
        `INSERT INTO audit_events (tenant_id, id, actor_kind, action, target_type, target_id, ordinal, hash) SELECT tenant_id, gen_random_uuid(), 'system', action, target_type, target_id, 999999, hash FROM audit_events ${at(1)}; UPDATE audit_events SET ordinal = 7 ${at(999_999)}; UPDATE audit_heads SET ordinal = 7 WHERE tenant_id = 'TENANT'`,
      ),
      7,
      'changed',
    ],
  ])('S38: an audit log of which the owner of the database %s, says so', async (_, statements, ordinal, reason) => {
    expect((await verify()).break).toBeNull();
    await owner.query('BEGIN');
    try {
      await owner.query(statements.replaceAll('TENANT', tenantId));
      const found = await verifyChain((work) => work(sqlOf(owner)), tenantId);
      expect(found.break).toEqual({ ordinal, reason });
    } finally {
      await owner.query('ROLLBACK');
    }
  });
});

describe('an audit log', () => {
  it('has no gap and no fork, however many write at once, and nothing of what was rolled back', async () => {
    const id = uuidv7();
    const failing = async () => {
      await database.tenant(id, async (transaction) => {
        await audit(transaction, id, 'project.created', uuidv7(), {}, SYSTEM);
        throw new Error('rolled back');
      });
    };
    const works = upTo(40).map((index) => (index % 4 === 0 ? failing().catch(() => {}) : write(id, 2)));
    await Promise.all(works);
    expect(await ordinalsOf(id)).toEqual(upTo(60));
    expect(await verify(id)).toMatchObject({ events: 60, verifiedTo: 60, break: null });
  });

  it('is locked last, and of several in one order, so that no two writers wait for each other', async () => {
    const [a, b, project] = [uuidv7(), uuidv7(), uuidv7()];
    const both = (ids: string[]) =>
      database.system(async (transaction) => {
        for (const id of ids) await audit(transaction, id, 'project.created', project, {}, SYSTEM);
        // What others hold while they write: after the events, as services do.
        await transaction.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${project}, 0))::text`;
      });
    const others = () =>
      database.system(async (transaction) => {
        await transaction.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${project}, 0))::text`;
        await audit(transaction, a, 'project.created', project, {}, SYSTEM);
      });
    await Promise.all(upTo(10).flatMap((index) => [both(index % 2 ? [a, b] : [b, a]), others()]));
    expect([await ordinalsOf(a), await ordinalsOf(b)]).toEqual([upTo(20), upTo(10)]);
  });

  it('can be added to by the programs’ logins, and not rewritten, moved or shortened', async () => {
    const id = uuidv7();
    await write(id, 3);
    const refused = async (role: string, statement: string, message: RegExp) => {
      await app.query('BEGIN');
      await app.query(`SET LOCAL ROLE ${role}; SET LOCAL app.tenant_id = '${id}'`);
      await expect(app.query(statement.replaceAll('TENANT', id)), `${role}: ${statement}`).rejects.toThrow(message);
      await app.query('ROLLBACK');
    };
    const insert = (column: string, value: string) =>
      `INSERT INTO audit_events (tenant_id, id, actor_kind, action, target_type, target_id, ${column}) VALUES ('TENANT', gen_random_uuid(), 'system', 'a.b', 'a', gen_random_uuid(), ${value})`;
    const ours = `WHERE tenant_id = 'TENANT'`;
    for (const role of ['kindred_app', 'kindred_system']) {
      for (const column of ['action', 'hash', 'ordinal', 'occurred_at', 'personal_digest'])
        await refused(role, `UPDATE audit_events SET ${column} = NULL ${ours}`, /permission denied/);
      await refused(role, insert('hash', `''`), /permission denied/);
      await refused(role, insert('ordinal', '9'), /permission denied/);
      await refused(role, insert('occurred_at', 'now()'), /permission denied/);
      await refused(role, `UPDATE audit_heads SET ordinal = ordinal - 1 ${ours}`, /grows by its events/);
      await refused(role, `UPDATE audit_heads SET ordinal = ordinal + 1 ${ours}`, /grows by its events/);
      await refused(role, `UPDATE audit_heads SET hash = sha256('') ${ours}`, /grows by its events/);
    }
    await refused('kindred_app', `DELETE FROM audit_events ${ours}`, /permission denied/);
    await refused('kindred_app', `DELETE FROM audit_heads ${ours}`, /permission denied/);
    await refused('kindred_app', `UPDATE audit_events SET personal = NULL ${ours}`, /permission denied/);
    await refused('kindred_system', `UPDATE audit_events SET personal = '{}' ${ours}`, /erased, not changed/);
    await refused('kindred_system', `DELETE FROM audit_events ${ours} AND ordinal = 3`, /only what was cut off/);
    await refused('kindred_system', `DELETE FROM audit_heads ${ours}`, /only what was cut off/);
    await refused('kindred_system', `UPDATE audit_heads SET cut_ordinal = 2 ${ours}`, /cut at one of its events/);
    await refused('kindred_system', `UPDATE audit_heads SET cut_hash = hash ${ours}`, /cut at one of its events/);
    expect(await verify(id)).toMatchObject({ events: 3, break: null });
  });

  it('is cut off at its old end, from where the rest still verifies; one that was altered is left as it is', async () => {
    const id = uuidv7();
    for (let index = 0; index < 5; index++) await write(id);
    const { rows } = await owner.query('SELECT * FROM audit_events WHERE tenant_id = $1 ORDER BY ordinal', [id]);
    const cut = (before: Date) => database.systemSql((sql) => cutChain(sql, id, before));
    const before = new Date(rows[2].occurred_at.getTime());
    const old = rows.filter(({ occurred_at: at }) => at < before).length;
    expect(await cut(before)).toBe(old);
    expect(await cut(before)).toBe(0);
    expect(await verify(id)).toMatchObject({
      events: 5 - old,
      verifiedTo: 5,
      break: null,
      head: { cutOrdinal: old, cutAt: old ? rows[old - 1].occurred_at : null },
    });
    expect(await cut(new Date(Date.now() + 60_000))).toBe(5 - old);
    expect(await verify(id)).toMatchObject({
      events: 0,
      verifiedTo: 5,
      break: null,
      head: { ordinal: 5, cutOrdinal: 5 },
    });
    await write(id, 2);
    expect(await verify(id)).toMatchObject({ events: 2, verifiedTo: 7, break: null });
    await owner.query(`UPDATE audit_events SET after = '{}' WHERE tenant_id = $1 AND ordinal = 6`, [id]);
    expect(await cut(new Date(Date.now() + 60_000))).toBeNull();
    expect(await ordinalsOf(id)).toEqual([6, 7]);
  });

  it('forgets a person and still holds: what is left is an id that leads nowhere', async () => {
    const other = await Tenant.signUp(api);
    const me = (await other.get('/v1/me').expect(200)).body;
    const invited = `invited-${Date.now()}@example.com`;
    await database.tenant(me.organization.id, (transaction) =>
      audit(transaction, me.organization.id, 'user.signed_in', uuidv7(), { personal: { email: invited } }, SYSTEM),
    );
    const listed = async () => (await other.get('/v1/audit-events').expect(200)).body.data;
    const [first, second] = await listed();
    expect(first).toMatchObject({ personal: { email: invited }, actor: { kind: 'system', name: null } });
    expect(second).toMatchObject({ personal: { network: '127.0.0.0/24' }, actor: { kind: 'user', name: other.email } });
    await database.system((transaction) => forgetPerson(transaction, uuidv7(), invited));
    expect((await listed())[0].personal).toBeNull();
    expect((await listed())[1].personal).not.toBeNull();

    // Whoever is no only owner may leave.
    await owner.query(`INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'owner')`, [
      me.organization.id,
      userId,
    ]);
    await other.delete('/v1/me').expect(204);
    const { rows } = await owner.query(
      'SELECT event::text AS text, personal, personal_salt FROM audit_events event WHERE tenant_id = $1',
      [me.organization.id],
    );
    for (const row of rows) expect(row).toMatchObject({ personal: null, personal_salt: null });
    expect(rows.map(({ text }) => text).join()).not.toMatch(/@example|127\.0\.0/);
    expect(await verify(me.organization.id)).toMatchObject({ events: rows.length, break: null });
    await owner.query('DELETE FROM memberships WHERE tenant_id = $1', [me.organization.id]);
  });

  it('is chained by the migration where it was written before, in the order of its ids', async () => {
    const url = new URL(inject('ownerUrl'));
    url.pathname = '/audit_before';
    await owner.query('CREATE DATABASE audit_before');
    const old = new pg.Client({ connectionString: url.href });
    await old.connect();
    try {
      const names = readdirSync('prisma/migrations').filter((name) => /^\d/.test(name));
      const apply = (name: string) => old.query(readFileSync(`prisma/migrations/${name}/migration.sql`, 'utf8'));
      for (const name of names.toSorted().filter((each) => each < CHAINED)) await apply(name);
      const [a, b] = [uuidv7(), uuidv7()];
      for (const id of [a, b, a, a])
        await old.query(
          `INSERT INTO audit_events (tenant_id, id, actor_kind, action, target_type, target_id, after)
           VALUES ($1, $2, 'system', 'project.created', 'project', $2, '{"name": "old", "price": 1.50}')`,
          [id, uuidv7()],
        );
      await old.query(`BEGIN; SET LOCAL lock_timeout = '2s'`);
      await apply(CHAINED);
      await old.query('COMMIT');
      const run = (id: string) => verifyChain((work) => work(sqlOf(old)), id);
      expect(await run(a)).toMatchObject({ events: 3, verifiedTo: 3, break: null });
      expect(await run(b)).toMatchObject({ events: 1, verifiedTo: 1, break: null });
    } finally {
      await old.end();
      await owner.query('DROP DATABASE audit_before');
    }
  });

  it('is verified for all organizations by a command, which says which does not hold and where', async () => {
    const id = uuidv7();
    await write(id, 3);
    const lines: string[] = [];
    const run = () => verifyAudit(database, (line) => lines.push(line));
    const ofId = () => lines.splice(0).filter((line) => line.startsWith(id) || line.startsWith(tenantId));
    await run();
    const head = (await verify(id)).head.hash;
    const [ofTenant, ofNobody] = ofId();
    expect(ofTenant).toMatch(new RegExp(`^${tenantId} Test shop: \\d+ events: intact to \\d+, [0-9a-f]{64}$`));
    expect(ofNobody).toBe(`${id} (above organizations, or deleted): 3 events: intact to 3, ${head}`);
    await owner.query('DELETE FROM audit_events WHERE tenant_id = $1 AND ordinal = 2', [id]);
    expect(await run()).toBe(false);
    expect(ofId()).toContain(`${id} (above organizations, or deleted): BROKEN: event 2 is missing; intact to 1`);
  });
});

describe('GET /v1/audit-events', () => {
  const list = async (query = '') => (await tenant.get(`/v1/audit-events${query}`).expect(200)).body;

  it('lists who did what to what, by their names, newest first or last, page by page', async () => {
    const all = (await list('?limit=100')).data;
    expect(all.map(({ ordinal }: any) => ordinal)).toEqual(upTo(all.length).toReversed());
    const project = all.find(({ after }: any) => after?.name === 'Two');
    expect(project).toMatchObject({
      action: 'project.created',
      actor: { kind: 'user', id: userId, name: tenant.email },
      target: { type: 'project', name: 'Two' },
      before: null,
      personal: { network: '127.0.0.0/24' },
      requestId: expect.any(String),
    });
    const walked = [];
    let cursor = '';
    do {
      const page = await list(`?limit=2&order=asc${cursor && `&cursor=${cursor}`}`);
      walked.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor);
    expect(walked).toEqual(all.toReversed());
  });

  it('names what is gone as it was called last, a key by its name, and an operator not at all', async () => {
    const projectId = await tenant.createProject('Before');
    await tenant.patch(`/v1/projects/${projectId}`, { name: 'After' }).expect(200);
    const key = await tenant.createKey(projectId);
    await tenant.delete(`/v1/projects/${projectId}`).expect(204);
    const { data } = await list(`?targetId=${projectId}`);
    expect(data.map(({ action }: any) => action)).toEqual(['project.deleted', 'project.renamed', 'project.created']);
    for (const { target } of data) expect(target.name).toBe('After');
    for (const [kind, id] of [
      ['api_key', key.id],
      ['operator', userId],
    ] as const)
      await database.tenant(tenantId, (transaction) =>
        audit(transaction, tenantId, 'model.created', uuidv7(), {}, { kind, id }),
      );
    const names = (await list('?action=model.created')).data.map(({ actor }: any) => actor);
    expect(names).toEqual([
      { kind: 'operator', id: userId, name: null },
      { kind: 'api_key', id: key.id, name: 'Key' },
    ]);
  });

  it('filters by action, actor, target and time, searches, and refuses what it does not know', async () => {
    const count = async (query: string) => (await list(query)).data.length;
    const all = (await list('?limit=100')).data;
    expect(await count('?action=project.created&limit=100')).toBe(
      all.filter(({ action }: any) => action === 'project.created').length,
    );
    expect(await count('?actorKind=operator')).toBe(1);
    expect(await count(`?actorId=${uuidv7()}`)).toBe(0);
    expect(await count('?targetType=organization&action=organization.created')).toBe(1);
    expect(await count('?search=Three')).toBe(1);
    expect(await count(`?search=${encodeURIComponent('=1%1')}`)).toBe(0);
    expect(await count(`?from=${all[1].occurredAt}`)).toBeGreaterThanOrEqual(2);
    expect(await count('?to=2020-01-01T00:00:00Z')).toBe(0);
    for (const query of [
      'action=nothing.known',
      'actorKind=god',
      'actorId=1',
      'from=yesterday',
      'sort=action',
      'cursor=1',
    ])
      await tenant.get(`/v1/audit-events?${query}`).expect(400);
  });

  it('is for owners and admins alone, and of their own organization', async () => {
    const stranger = await Tenant.signUp(api);
    expect((await stranger.get('/v1/audit-events').expect(200)).body.data).toHaveLength(2);
    const me = (await stranger.get('/v1/me').expect(200)).body;
    const paths = ['audit-events', 'audit-events/verification', 'audit-events.csv', 'audit-events.jsonl'];
    for (const [role, status] of [
      ['admin', 200],
      ['developer', 403],
      ['billing', 403],
      ['viewer', 403],
    ] as const) {
      await owner.query(`UPDATE memberships SET role = '${role}' WHERE user_id = $1`, [me.user.id]);
      await until(async () => (await stranger.get('/v1/me')).body.role === role);
      for (const each of paths) await stranger.get(`/v1/${each}`).expect(status);
    }
  });

  it('says up to where the log is as it was written', async () => {
    const { body } = await tenant.get('/v1/audit-events/verification').expect(200);
    const [newest] = (await list('?limit=1')).data;
    expect(body).toMatchObject({
      isIntact: true,
      break: null,
      ordinal: newest.ordinal,
      hash: newest.hash,
      cutHash: NO_HASH,
    });
    expect(body.verifiedTo).toBe(body.events);
  });
});

describe('an export', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-audit-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('as JSON lines is verified without us by the script of the guide, in both languages', async () => {
    const { body, headers } = await tenant.get('/v1/audit-events.jsonl').buffer(true).parse(asText).expect(200);
    const text = body as string;
    expect(headers['content-disposition']).toBe('attachment; filename="audit-events.jsonl"');
    const [script, inChinese] = ['docs/guides', 'docs/guides/zh-CN'].map(
      (guides) => /```js\n([\s\S]+?)```/.exec(readFileSync(`${guides}/audit-log.md`, 'utf8'))![1]!,
    );
    expect(inChinese!.split('\n').slice(1)).toEqual(script!.split('\n').slice(1));
    writeFileSync(path.join(folder, 'verify.mjs'), script!);
    const run = (content: string, ...args: string[]) => {
      writeFileSync(path.join(folder, 'events.jsonl'), content);
      return promisify(execFile)(process.execPath, ['verify.mjs', 'events.jsonl', ...args], { cwd: folder });
    };
    const lines = text.trim().split('\n');
    const last = JSON.parse(lines.at(-1)!);
    expect((await run(text, last.hash)).stdout).toBe(
      `${lines.length} events hold, up to ${lines.length} with ${last.hash}.\n`,
    );
    await expect(run(text, NO_HASH)).rejects.toThrow(/not in this export/);
    await expect(run(lines.toSpliced(2, 1).join('\n'))).rejects.toThrow(/Event 4 does not follow/);
    await expect(run(text.replace('\\"Two\\"', '\\"Ten\\"'))).rejects.toThrow(/does not follow/);
  });

  it('S26: as CSV has no cell that is a formula, and the same chain', async () => {
    const { text } = await tenant.get('/v1/audit-events.csv').expect(200);
    const rows = parseCsv(text);
    for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r\0]/);
    expect(rows.some(({ targetName }) => targetName === "'=1+1")).toBe(true);
    let previous = NO_HASH;
    for (const { previousHash, hash, hashed } of rows) {
      expect(previousHash).toBe(previous);
      expect(hashOf(previousHash!, hashed!)).toBe(hash);
      previous = hash!;
    }
    expect(rows.map(({ ordinal }) => Number(ordinal))).toEqual(upTo(rows.length));
    const { text: few } = await tenant.get('/v1/audit-events.csv?action=organization.created').expect(200);
    expect(parseCsv(few)).toHaveLength(1);
  });
});

describe('audit.event', () => {
  it('is told once to the endpoints that name it, in the transaction, with what it takes to verify the chain', async () => {
    const other = await Tenant.signUp(api);
    const id = (await other.get('/v1/me').expect(200)).body.organization.id as string;
    const add = async (eventTypes: string[]) =>
      (await other.post('/v1/webhook-endpoints', { url: 'http://127.0.0.1:9/', eventTypes }).expect(201)).body.id;
    await add([]);
    const endpointId = await add(['audit.event']);
    const told = async () =>
      (await owner.query('SELECT * FROM webhook_messages WHERE tenant_id = $1 ORDER BY id', [id])).rows;
    await other.createProject('Told');
    await database
      .tenant(id, async (transaction) => {
        await audit(transaction, id, 'project.created', uuidv7());
        await transaction.$queryRaw`SELECT 1 / 0`;
      })
      .catch(() => {});
    const messages = await told();
    expect(messages.map(({ data }) => data.action)).toEqual(['webhook_endpoint.created', 'project.created']);
    const { rows: deliveries } = await owner.query('SELECT * FROM webhook_deliveries WHERE tenant_id = $1', [id]);
    expect(deliveries.map(({ endpoint_id: to, message_id: of }) => [to, of])).toEqual(
      messages.map((message) => [endpointId, message.id]),
    );
    const { rows: events } = await owner.query(
      `SELECT id, encode(hash, 'hex') AS hash FROM audit_events WHERE tenant_id = $1 ORDER BY ordinal`,
      [id],
    );
    expect(messages.map(({ id: of }) => of)).toEqual(events.slice(-2).map((event) => event.id));
    for (const { type, data } of messages) {
      expect(type).toBe('audit.event');
      expect(WEBHOOK_EVENTS['audit.event'].strict().parse(data)).toEqual(data);
      const before = events[data.ordinal - 2].hash;
      expect(hashOf(before, data.hashed)).toBe(data.hash);
    }
    // A developer may have webhooks, and yet not the audit log by them.
    await owner.query(`UPDATE memberships SET role = 'developer' WHERE tenant_id = $1`, [id]);
    await until(async () => (await other.get('/v1/audit-events')).status === 403);
    const body = { url: 'http://127.0.0.1:9/', eventTypes: ['audit.event'] };
    expect((await other.post('/v1/webhook-endpoints', body).expect(403)).body.code).toBe('not_permitted');
    await other.patch(`/v1/webhook-endpoints/${endpointId}`, { url: 'http://127.0.0.1:10/' }).expect(403);
    expect((await other.get('/v1/webhook-messages').expect(200)).body.data).toEqual([]);
  });

  it('keeps nobody waiting who deletes an endpoint meanwhile', async () => {
    const other = await Tenant.signUp(api);
    const id = (await other.get('/v1/me').expect(200)).body.organization.id as string;
    const body = { url: 'http://127.0.0.1:9/', eventTypes: ['audit.event'] };
    const endpoints = await Promise.all(upTo(6).map(() => other.post('/v1/webhook-endpoints', body).expect(201)));
    const deletions = endpoints.map((endpoint) =>
      other.delete(`/v1/webhook-endpoints/${endpoint.body.id}`).expect(204),
    );
    await Promise.all([...deletions, ...upTo(12).map(() => write(id))]);
    expect(await verify(id)).toMatchObject({ break: null, events: 2 + 6 + 6 + 12 });
  });
});
