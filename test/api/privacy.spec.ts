import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readLegalDocuments } from '../../libs/features/consents/legal-documents.js';
import { RETENTION } from '../../libs/features/retention/index.js';
import { RetentionRepository } from '../../libs/features/retention/retention.repository.js';
import { Database } from '../../libs/platform/database/database.js';
import { newId } from '../../libs/platform/http/ids.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';

let api: TestApi;
let owner: pg.Client;
beforeAll(async () => {
  api = await startApi({ KINDRED_SUB_PROCESSORS: ['Example Mail Ltd (mail, Ireland)'] });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

const whoIs = async (tenant: Tenant) => (await tenant.get('/v1/me').expect(200)).body.user.id as string;

describe('terms, privacy and data processing', () => {
  it('are read by everyone, in both languages, in the version that signing up agrees to', async () => {
    const tenant = await Tenant.signUp(api);
    const { data } = (await tenant.get('/v1/me/consents').expect(200)).body;
    expect(data.map(({ document }: { document: string }) => document)).toEqual(['terms', 'privacy']);
    for (const { document, version, acceptedAt } of data) {
      expect(acceptedAt).not.toBeNull();
      for (const language of ['en', 'zh']) {
        const { body } = await request(api.url).get(`/v1/legal-documents/${document}?language=${language}`).expect(200);
        expect(body).toMatchObject({ name: document, version });
      }
    }
    await request(api.url).get('/v1/legal-documents/imprint').expect(404);
    await request(api.url).get('/v1/legal-documents/__proto__').expect(404);
    await request(api.url).get('/v1/legal-documents/terms?language=fr').expect(400);
  });

  it('name everything that is kept, for how long, and who else processes it', async () => {
    const { body } = await request(api.url).get('/v1/legal-documents/data-processing').expect(200);
    for (const { what, days } of RETENTION)
      expect(body.html).toMatch(new RegExp(`<td>${what}</td>\\s*<td[^>]*>${days}<`));
    expect(body.html).toContain('<li>Example Mail Ltd (mail, Ireland)</li>');
  });

  it('are replaced by files of the operator’s, in which HTML is text; a file without a version stops the start', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kindred-legal-'));
    try {
      writeFileSync(path.join(folder, 'terms.md'), '# Ours\n\nVersion: 2027-01-31\n\nHi <script>alert(1)</script>\n');
      const { terms, privacy } = readLegalDocuments(folder, []);
      expect(terms.en).toMatchObject({ title: 'Ours', version: '2027-01-31' });
      expect(terms.en.html).not.toContain('<script>');
      // One version for all languages: the newest.
      expect([terms.zh.version, privacy.en.version]).toEqual(['2027-01-31', '2026-11-30']);
      mkdirSync(path.join(folder, 'zh'));
      writeFileSync(path.join(folder, 'zh/privacy.md'), '# 隐私\n\n没有日期\n');
      expect(() => readLegalDocuments(folder, [])).toThrow(/zh\/privacy\.md/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are asked for again in a new version, which is recorded once; another version is refused', async () => {
    const tenant = await Tenant.signUp(api);
    const userId = await whoIs(tenant);
    await owner.query(`UPDATE consents SET version = '2020-01-01' WHERE user_id = $1`, [userId]);
    const [terms] = (await tenant.get('/v1/me/consents').expect(200)).body.data;
    expect(terms.acceptedAt).toBeNull();
    const { document, version } = terms;
    const old = await tenant.post('/v1/me/consents', { document, version: '2020-01-01' }).expect(409);
    expect(old.body.code).toBe('document_changed');
    await tenant.post('/v1/me/consents', { document: 'cookies', version }).expect(400);
    const first = (await tenant.post('/v1/me/consents', { document, version }).expect(200)).body.data[0].acceptedAt;
    const again = (await tenant.post('/v1/me/consents', { document, version }).expect(200)).body.data[0].acceptedAt;
    expect(again).toBe(first);
    const { rows } = await owner.query('SELECT version FROM consents WHERE user_id = $1 AND document = $2 ORDER BY 1', [
      userId,
      document,
    ]);
    expect(rows).toEqual([{ version: '2020-01-01' }, { version }]);
  });
});

describe('an account', () => {
  it('is exported with all that is kept about its person, and nothing of others or that opens anything', async () => {
    const tenant = await Tenant.signUp(api);
    const other = await Tenant.signUp(api);
    await tenant.createProject('Mine');
    await tenant.post('/v1/support-messages', { text: 'Where is my bill?', page: '/billing' }).expect(201);
    await owner.query(
      `INSERT INTO identities (id, user_id, provider, issuer, subject, email) VALUES (gen_random_uuid(), $1, 'github', 'https://github.com', '583231', 'octocat@example.com')`,
      [await whoIs(tenant)],
    );
    const { body, text } = await tenant.get('/v1/me/export').expect(200);
    expect(body.identities).toMatchObject([
      { provider: 'github', issuer: 'https://github.com', email: 'octocat@example.com', lastUsedAt: null },
    ]);
    expect(body.profile[0].email).toBe(tenant.email);
    expect(body.memberships).toMatchObject([{ role: 'owner', organizationName: 'Test shop' }]);
    for (const part of ['sessions', 'consents', 'signUps', 'supportMessages', 'mails'])
      expect(body[part], part).not.toEqual([]);
    const actions = body.auditEvents.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(expect.arrayContaining(['organization.created', 'user.signed_in', 'project.created']));
    expect(text).not.toContain(other.email);
    const { rows } = await owner.query(`SELECT password_hash FROM users WHERE email = $1`, [tenant.email]);
    for (const secret of [rows[0].password_hash, tenant.cookie.split('=')[1]!]) expect(text).not.toContain(secret);
  });

  it('is deleted from every table: what stays names a number that leads to nobody', async () => {
    const tenant = await Tenant.signUp(api);
    const userId = await whoIs(tenant);
    await tenant.post('/v1/support-messages', { text: 'Hello', page: '/' }).expect(201);
    const heir = await Tenant.signUp(api);
    const { organization } = (await tenant.get('/v1/me').expect(200)).body;
    await owner.query(`INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'owner')`, [
      organization.id,
      await whoIs(heir),
    ]);
    await tenant.delete('/v1/me').send({ password: tenant.password }).expect(204);
    const { rows: columns } = await owner.query(
      `SELECT table_name AS name, column_name AS column FROM information_schema.columns JOIN pg_class ON relname = table_name
       WHERE table_schema = 'public' AND relkind = 'r' AND data_type IN ('uuid', 'text', 'jsonb', 'ARRAY')`,
    );
    const found: string[] = [];
    for (const { name, column } of columns as { name: string; column: string }[]) {
      const where = `"${column}"::text LIKE '%' || $1 || '%'`;
      if ((await owner.query(`SELECT FROM "${name}" WHERE ${where} LIMIT 1`, [tenant.email])).rowCount)
        found.push(`${name}.${column}: address`);
      if ((await owner.query(`SELECT FROM "${name}" WHERE ${where} LIMIT 1`, [userId])).rowCount)
        found.push(`${name}.${column}: id`);
    }
    // Who acted is a number; what they could be known by is gone. Counts of requests go two days later.
    expect(found.filter((each) => !/^(audit_events|rate_buckets)\./.test(each))).toEqual([]);
    expect(found.filter((each) => each.endsWith('address'))).toEqual([]);
    const { rows } = await owner.query('SELECT FROM audit_events WHERE actor_id = $1 AND personal IS NOT NULL', [
      userId,
    ]);
    expect(rows).toEqual([]);
  });
});

describe('a project’s retention', () => {
  it('S41: may only be shorter than the platform’s, and takes effect at the next sweep, in that project alone', async () => {
    const tenant = await Tenant.signUp(api);
    const [brief, other] = [await tenant.createProject('Brief'), await tenant.createProject('Other')];
    const none = { requestLogDays: null, keptRequestsDays: null, trainingLogDays: null };
    const retention = `/v1/projects/${brief}/retention`;
    expect((await tenant.get(retention).expect(200)).body).toEqual(none);
    for (const wrong of [
      { requestLogDays: 31 },
      { keptRequestsDays: 0 },
      { trainingLogDays: 91 },
      { requestLogDays: 1.5 },
    ])
      await tenant.put(retention, { ...none, ...wrong }).expect(400);
    await tenant.put(retention, { requestLogDays: 7 }).expect(400);
    const wanted = { ...none, requestLogDays: 7 };
    expect((await tenant.put(retention, wanted).expect(200)).body).toEqual(wanted);
    const stranger = await Tenant.signUp(api);
    await stranger.put(retention, none).expect(404);
    const { organization } = (await tenant.get('/v1/me').expect(200)).body;
    for (const [projectId, days] of [
      [brief, 6],
      [brief, 8],
      [other, 8],
    ] as const)
      await owner.query(
        `INSERT INTO request_log (tenant_id, id, occurred_at, method, route, path, status, duration_ms, project_id, request_id, api_key_id)
         VALUES ($1, $2, now() - make_interval(days => $3), 'GET', '/', '/', 200, 1, $4, 'r', $2)`,
        [organization.id, newId(), days, projectId],
      );
    const sweep = new RetentionRepository(api.app.get(Database));
    for (const retained of RETENTION) await sweep.deleteOldOfProjects(retained, new Date());
    const { rows } = await owner.query(
      `SELECT project_id AS project, round(extract(epoch FROM now() - occurred_at) / 86400)::int AS days FROM request_log WHERE tenant_id = $1 ORDER BY 2`,
      [organization.id],
    );
    expect(rows).toEqual([
      { project: brief, days: 6 },
      { project: other, days: 8 },
    ]);
  });
});
