import { createReadStream, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import request from 'supertest';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sessionCookie, startApi, tasteCsv, Tenant, type TestApi, until, withKey } from '../factories/api.js';
import { withOutboxWorker } from '../factories/platform.setup.js';

let api: TestApi;
let owner: pg.Client;
beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

describe('what has a name', () => {
  it('can be renamed, by its own tenant', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, interactionsDataSetId, modelId, modelVersionId, deploymentId } = await tenant.deploy();
    const inProject = `/v1/projects/${projectId}`;
    const paths = [
      inProject,
      `${inProject}/data-sets/${interactionsDataSetId}`,
      `${inProject}/models/${modelId}`,
      `${inProject}/models/${modelId}/versions/${modelVersionId}`,
      `${inProject}/deployments/${deploymentId}`,
      '/v1/organization',
    ];
    const stranger = await Tenant.signUp(api);
    for (const each of paths) {
      expect((await tenant.patch(each, { name: 'Ünïcode & 电影' }).expect(200)).body.name).toBe('Ünïcode & 电影');
      await tenant.patch(each, { name: ' ' }).expect(400);
      if (each !== '/v1/organization') await stranger.patch(each, { name: 'Theirs' }).expect(404);
    }
    const { body } = await tenant.get(`${inProject}/models/${modelId}/versions`).expect(200);
    expect(body.data[0].name).toBe('Ünïcode & 电影');
  });

  it('says by what it is in use, and can be deleted once it is not; its files follow, and the ledger stays', async () => {
    const tenant = await Tenant.signUp(api);
    const live = await tenant.deploy();
    const inProject = `/v1/projects/${live.projectId}`;
    const { key } = await tenant.createKey(live.projectId);
    let answered = 0;
    const call = async () => {
      const route = `/v1/deployments/${live.deploymentId}/recommendations`;
      const { status } = await withKey(api, key).post(route, { userId: 'user-1' });
      if (status === 200) answered++;
      return status;
    };
    expect(await call()).toBe(200);
    const version = `${inProject}/models/${live.modelId}/versions/${live.modelVersionId}`;
    for (const [each, user] of [
      [inProject, 'deployment "Home"'],
      [`${inProject}/data-sets/${live.interactionsDataSetId}`, 'model "Model"'],
      [`${inProject}/models/${live.modelId}`, 'deployment "Home"'],
      [version, 'deployment "Home"'],
    ] as const) {
      const { body } = await tenant.delete(each).expect(409);
      expect([body.code, body.detail]).toEqual(['in_use', expect.stringContaining(user)]);
    }
    await tenant.delete(`${inProject}/deployments/${live.deploymentId}`).expect(204);
    await until(async () => (await call()) === 404);
    await tenant.delete(version).expect(204);
    await tenant.delete(`${inProject}/models/${live.modelId}`).expect(204);
    await tenant.delete(`${inProject}/data-sets/${live.interactionsDataSetId}`).expect(204);
    await tenant.delete(inProject).expect(204);
    for (const each of [inProject, `${inProject}/models/${live.modelId}`, version])
      await tenant.delete(each).expect(404);
    // The key ends with its project; every process hears of it, as of the deployment above.
    await until(async () => (await call()) === 401);
    await until(async () => {
      const { body } = await tenant.get('/v1/usage?groupBy=meter&meter=recommendation_requests').expect(200);
      return body.rows[0]?.quantity === String(answered);
    });
  });

  it('takes all that is in it along, where it is a project', async () => {
    const tenant = await Tenant.signUp(api);
    const live = await tenant.deploy({ csv: tasteCsv(), items: 'item_id,title\nitem-1,One\n' });
    await tenant.createKey(live.projectId);
    await tenant.delete(`/v1/projects/${live.projectId}/deployments/${live.deploymentId}`).expect(204);
    await tenant.delete(`/v1/projects/${live.projectId}`).expect(204);
    for (const table of ['data_sets', 'models', 'model_versions', 'training_jobs', 'api_keys', 'deployments']) {
      const { rows } = await owner.query(`SELECT count(*)::int AS count FROM ${table} WHERE project_id = $1`, [
        live.projectId,
      ]);
      expect([table, rows[0].count]).toEqual([table, 0]);
    }
  });

  it('cannot be deleted while a job of it waits', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId, deploymentId } = await tenant.deploy();
    await tenant.delete(`/v1/projects/${projectId}/deployments/${deploymentId}`).expect(204);
    await owner.query(
      `INSERT INTO training_jobs (tenant_id, id, project_id, model_id, pool)
       SELECT tenant_id, gen_random_uuid(), project_id, model_id, 'none' FROM training_jobs WHERE model_id = $1`,
      [modelId],
    );
    const { body } = await tenant.delete(`/v1/projects/${projectId}/models/${modelId}`).expect(409);
    expect(body.detail).toMatch(/training job/);
  });
});

describe('an organization', () => {
  it('is exported whole, with neither secrets nor hashes, and nothing of another', async () => {
    const tenant = await Tenant.signUp(api, 'Exported shop');
    const { key } = await tenant.createKey((await tenant.deploy()).projectId);
    const stranger = await Tenant.signUp(api, 'A stranger');
    await stranger.createProject('Their project');
    const folder = await mkdtemp(path.join(tmpdir(), 'kindred-export-'));
    const file = path.join(folder, 'export.tar');
    const response = await fetch(`${api.url}/v1/organization/export`, { headers: { cookie: tenant.cookie } });
    await writeFile(file, Buffer.from(await response.arrayBuffer()));
    const entries = new Map<string, Buffer>();
    for await (const entry of createReadStream(file).pipe(extract())) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      entries.set(entry.header.name, Buffer.concat(chunks));
    }
    await rm(folder, { recursive: true });
    const names = [...entries.keys()];
    expect(names).toEqual(
      expect.arrayContaining(['organization.jsonl', 'projects.jsonl', 'models.jsonl', 'api-keys.jsonl']),
    );
    expect(names.filter((name) => name.startsWith('content/'))).toHaveLength(1);
    expect(names.filter((name) => name.startsWith('artifacts/'))).toHaveLength(1);
    expect(JSON.parse(entries.get('organization.jsonl')!.toString()).name).toBe('Exported shop');
    const all = Buffer.concat([...entries.values()]).toString('latin1');
    // Of a key, what sort it is.
    expect(all.replaceAll(/\\*"kind\\*": *\\*"secret\\*"/g, '')).not.toMatch(/key_hash|password|secret|Their project/);
    expect(all).not.toContain(key);
  });

  it('is deleted after seven days in which that can be taken back; ledger and what it paid stay under its id', async () => {
    const tenant = await Tenant.signUp(api, 'Closing shop');
    const live = await tenant.deploy();
    const { organization } = (await tenant.get('/v1/me')).body;
    await tenant.post('/v1/organization/deletion', { name: 'Another shop' }).expect(409);
    const { body } = await tenant.post('/v1/organization/deletion', { name: 'Closing shop' }).expect(202);
    expect(Date.parse(body.deletesAt) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    // Asked for again it is the same, and nobody is sent another mail.
    const asked = await tenant.post('/v1/organization/deletion', { name: 'Closing shop' }).expect(202);
    expect(asked.body).toEqual(body);
    const mails = await owner.query(
      `SELECT count(*)::int AS count FROM emails WHERE tenant_id = $1 AND template = 'organization_deletion'`,
      [organization.id],
    );
    expect(mails.rows).toEqual([{ count: 1 }]);
    await tenant.delete('/v1/organization/deletion').expect(200);
    await tenant.delete('/v1/organization/deletion').expect(409);
    await tenant.post('/v1/organization/deletion', { name: 'Closing shop' }).expect(202);
    const folder = path.join(inject('dataDirectory'), 'objects', organization.id);
    const files = () => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    expect(files().length).toBeGreaterThan(1);
    // The grace is over.
    await owner.query(`UPDATE organizations SET deletes_at = now() - interval '1 second' WHERE id = $1`, [
      organization.id,
    ]);
    // As the writer of invoices does, whom it waits for.
    await owner.query('UPDATE billing_periods SET closed_at = now() WHERE tenant_id = $1', [organization.id]);
    // A worker looks every ten seconds, and at once when it starts.
    await withOutboxWorker(inject('appUrl'), inject('dataDirectory'), {}, async () => {
      await until(async () => {
        const { rows } = await owner.query('SELECT deleted_at FROM organizations WHERE id = $1', [organization.id]);
        return rows[0].deleted_at !== null;
      });
      await until(() => files().length === 0);
    });
    await tenant.get('/v1/me').expect(401);
    const again = request(api.url).post('/v1/auth/login').send({ email: tenant.email, password: tenant.password });
    await again.expect(401);
    const { rows } = await owner.query(
      `SELECT (SELECT name FROM organizations WHERE id = $1) AS name, (SELECT count(*)::int FROM projects WHERE tenant_id = $1) AS projects,
         (SELECT count(*)::int FROM usage_events WHERE tenant_id = $1) AS events, (SELECT count(*)::int FROM users WHERE email = $2) AS users,
         (SELECT count(*)::int FROM emails WHERE tenant_id = $1) AS emails`,
      [organization.id, tenant.email],
    );
    expect(rows[0]).toMatchObject({ name: '', projects: 0, users: 0, emails: 0 });
    expect(rows[0].events).toBeGreaterThan(0);
    expect(live.deploymentId).toBeTruthy();
  });
});

describe('an account', () => {
  it('is deleted with its sessions, and not while an organization would be left without an owner', async () => {
    const tenant = await Tenant.signUp(api, 'Their shop');
    const { body } = await tenant.delete('/v1/me').expect(409);
    expect([body.code, body.detail]).toEqual(['last_owner', expect.stringContaining('"Their shop"')]);
    const second = await Tenant.signUp(api);
    const [first, other] = await Promise.all([tenant.get('/v1/me'), second.get('/v1/me')]);
    await owner.query(`INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'owner')`, [
      first.body.organization.id,
      other.body.user.id,
    ]);
    const elsewhere = sessionCookie(
      await request(api.url).post('/v1/auth/login').send({ email: tenant.email, password: tenant.password }),
    );
    await tenant.delete('/v1/me').expect(204);
    await tenant.get('/v1/me').expect(401);
    await request(api.url).get('/v1/me').set('cookie', elsewhere).expect(401);
    await request(api.url).post('/v1/auth/login').send({ email: tenant.email, password: tenant.password }).expect(401);
  });
});
