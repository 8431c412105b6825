import { readFileSync } from 'node:fs';
import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi, withKey } from '../factories/api.js';
import { newAddress } from '../factories/members.js';

const GLOBAL_TABLES = new Set([
  'totps',
  'recovery_codes',
  'passkeys',
  'passkey_challenges',
  'pending_logins',
  'users',
  'sessions',
  'consents',
  'announcements',
  'identities',
  'provider_visits',
  'meters',
  'plans',
  'price_versions',
  'price_publications',
  'meter_prices',
  'meter_price_tiers',
  'clock',
  'invoice_numbers',
  'credit_note_numbers',
  'cost_rates',
  'coupons',
  'plan_quotas',
  'api_nodes',
  'journals',
  'ledger_checks',
  'throttles',
  'probe_days',
  'worker_heartbeats',
  '_prisma_migrations',
]);
const openapi = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};

interface Operation {
  requestBody?: { content: Record<string, unknown> };
}

let api: TestApi;
let owner: pg.Client;
let app: pg.Client;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  app = new pg.Client({ connectionString: inject('appUrl') });
  await Promise.all([owner.connect(), app.connect()]);
});
afterAll(async () => {
  await Promise.all([api.close(), owner.end(), app.end()]);
});

describe('another tenant', () => {
  it('S1: gets 404 from every route of openapi.json that names one of our ids, and changes nothing', async () => {
    const ours = await Tenant.signUp(api);
    const live = await ours.deploy();
    const { id: apiKeyId } = await ours.createKey(live.projectId);
    const dataSetPath = `/v1/projects/${live.projectId}/data-sets/${live.interactionsDataSetId}`;
    const { body: dataSet } = await ours.get(dataSetPath);
    const { endpointId, deliveryId } = await webhookOf(ours);
    const { job, itemsDataSetId: _, ...created } = live;
    const invited = { email: newAddress(), role: 'viewer' };
    const invitationId: string = (await ours.post('/v1/organization/invitations', invited).expect(201)).body.id;
    const ids: Record<string, string> = {
      ...created,
      dataSetId: live.interactionsDataSetId,
      textId: crypto.randomUUID(),
      sample: 'films',
      importId: dataSet.currentImport.id,
      uploadId: await uploadOf(ours, dataSetPath),
      sourceId: await sourceOf(ours, dataSetPath),
      jobId: job.id,
      apiKeyId,
      endpointId,
      deliveryId,
      erasureId: await erasureOf(ours, live.projectId),
      userId: 'user-1',
      rowId: 'item-1',
      invitationId,
      scimTokenId: (await ours.post('/v1/organization/scim-tokens', { name: 'X' }).expect(201)).body.id,
      userTokenSecretId: (await ours.post(`/v1/projects/${live.projectId}/user-token-secrets`).expect(201)).body.id,
      memberId: (await ours.get('/v1/me')).body.user.id,
      passkeyId: crypto.randomUUID(),
      sessionId: (await ours.get('/v1/me/sessions')).body.data[0].id,
    };
    const bodies: Record<string, object | string> = {
      'POST /v1/projects/{projectId}/data-sets': { name: 'X', kind: 'items' },
      'PUT /v1/projects/{projectId}/data-sets/{dataSetId}/content': 'user_id,item_id\n1,1\n',
      'POST /v1/projects/{projectId}/interactions': { interactions: [{ userId: 'u', itemId: 'i' }] },
      'POST /v1/projects/{projectId}/users/{userId}/merges': { fromUserId: 'visitor' },
      'POST /v1/projects/{projectId}/data-sets/{dataSetId}/rows': { rows: [{ id: 'x', attributes: {} }] },
      'PUT /v1/projects/{projectId}/data-sets/{dataSetId}/rows/{rowId}': { attributes: {} },
      'PATCH /v1/projects/{projectId}/data-sets/{dataSetId}/rows/{rowId}': { attributes: {} },
      'PUT /v1/projects/{projectId}/data-sets/{dataSetId}/texts-to-label': 'a text\n',
      'PUT /v1/projects/{projectId}/data-sets/{dataSetId}/texts-to-label/{textId}': { status: 'skipped' },
      'POST /v1/projects/{projectId}/data-sets/{dataSetId}/synthetic-imports': { rows: 10 },
      'PUT /v1/projects/{projectId}/samples/{sample}': { name: 'X' },
      'POST /v1/projects/{projectId}/data-sets/{dataSetId}/previews': 'user_id,item_id\n1,1\n',
      'POST /v1/projects/{projectId}/data-sets/previews': 'user_id,item_id\n1,1\n',
      'POST /v1/projects/{projectId}/models': {
        name: 'X',
        recipe: 'popularity',
        sources: { interactions: ids['dataSetId'] },
      },
      'PUT /v1/projects/{projectId}/retention': {
        requestLogDays: 1,
        keptRequestsDays: 1,
        trainingLogDays: 1,
      },
      'POST /v1/projects/{projectId}/deployments': { name: 'X', modelVersionId: ids['modelVersionId'] },
      'POST /v1/projects/{projectId}/api-keys': { name: 'X' },
      'POST /v1/deployments/{deploymentId}/recommendations': { userId: 'user-1' },
      'POST /v1/deployments/{deploymentId}/classifications': { text: 'Hello' },
      'POST /v1/deployments/{deploymentId}/feedback': { classificationId: crypto.randomUUID(), labels: ['greeting'] },
      'PUT /v1/projects/{projectId}/data-sets/{dataSetId}/current-import': { importId: dataSet.currentImport.id },
      'POST /v1/projects/{projectId}/data-sets/{dataSetId}/url-sources': {
        url: 'http://127.0.0.1:9/',
        interval: 'once',
      },
      'PATCH /v1/organization/members/{memberId}': { role: 'viewer' },
      'PATCH /v1/webhook-endpoints/{endpointId}': { url: 'https://stolen.example/' },
      'POST /v1/webhook-endpoints/{endpointId}/replays': { since: '2020-01-01T00:00:00Z' },
    };
    const theirs = await Tenant.signUp(api);
    const theirProject = await theirs.createProject();
    const theirKey = await theirs.createKey(theirProject, ['deployments:call', 'project:read', 'project:write']);
    // Of ours alone: other tests write meanwhile.
    const ourId = (await ours.get('/v1/me')).body.organization.id;
    const before = await snapshot(ourId);
    let walked = 0;
    for (const [template, operations] of Object.entries(openapi.paths)) {
      // The operator's routes are refused to everyone else, whatever they name.
      if (!template.includes('{') || template.startsWith('/v1/admin/')) continue;
      const path = template.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? `no-id-for-${name}`);
      for (const [method, { requestBody }] of Object.entries(operations)) {
        const route = `${method.toUpperCase()} ${template}`;
        const body = bodies[route] ?? (method === 'patch' ? { name: 'Stolen' } : {});
        for (const [header, value] of [
          ['cookie', theirs.cookie],
          ['authorization', `Bearer ${theirKey.key}`],
        ] as const) {
          const call = request(api.url)[method as 'get'](path).set(header, value);
          if (requestBody?.content['text/csv']) call.set('content-type', 'text/csv');
          const response = await (['get', 'head', 'delete'].includes(method) ? call : call.send(body as object));
          // A key may lack the route's scope; then it learns nothing either.
          const expected = header === 'authorization' && response.status === 403 ? 403 : 404;
          expect(response.status, `${route} with ${header}: ${response.text}`).toBe(expected);
          walked++;
        }
      }
    }
    expect(walked).toBeGreaterThan(30);
    expect(await snapshot(ourId)).toEqual(before);
  });

  it('S1: cannot use our data set or model version inside its own project', async () => {
    const ours = await Tenant.signUp(api);
    const live = await ours.deploy();
    const theirs = await Tenant.signUp(api);
    const projectId = await theirs.createProject();
    const model = { name: 'X', recipe: 'popularity', sources: { interactions: live.interactionsDataSetId } };
    await theirs.post(`/v1/projects/${projectId}/models`, model).expect(404);
    await theirs
      .post(`/v1/projects/${projectId}/deployments`, { name: 'X', modelVersionId: live.modelVersionId })
      .expect(404);
  });

  it('S4: never sees a row of ours in interleaved requests over few connections', async () => {
    const tenants = await Promise.all(Array.from({ length: 4 }, () => Tenant.signUp(api)));
    const own = await Promise.all(tenants.map((tenant) => tenant.createProject()));
    const calls = Array.from({ length: 400 }, async (_, i) => {
      const { body } = await tenants[i % 4]!.get('/v1/projects').expect(200);
      expect(body.data.map(({ id }: { id: string }) => id)).toEqual([own[i % 4]]);
    });
    await Promise.all(calls);
  });

  /** A disabled endpoint, so that nothing of it changes by itself, and a delivery to it. */
  async function webhookOf(tenant: Tenant) {
    const { body: endpoint } = await tenant.post('/v1/webhook-endpoints', { url: 'http://127.0.0.1:9/' }).expect(201);
    const path = `/v1/webhook-endpoints/${endpoint.id}`;
    await tenant.post(`${path}/test`).expect(202);
    await tenant.patch(path, { isEnabled: false }).expect(200);
    const { body: deliveries } = await tenant.get(`${path}/deliveries`).expect(200);
    return { endpointId: endpoint.id, deliveryId: deliveries.data[0].id };
  }

  async function uploadOf(tenant: Tenant, dataSetPath: string): Promise<string> {
    const headers = { cookie: tenant.cookie, 'tus-resumable': '1.0.0', 'upload-length': '20' };
    const begun = await request(api.url).post(`${dataSetPath}/uploads`).set(headers).expect(201);
    return begun.headers['location']!.split('/').at(-1)!;
  }

  /** One that nothing is fetched from any more, so that nothing of it changes by itself. */
  async function sourceOf(tenant: Tenant, dataSetPath: string): Promise<string> {
    const body = { url: 'http://127.0.0.1:9/', interval: 'once' };
    const { id } = (await tenant.post(`${dataSetPath}/url-sources`, body).expect(201)).body;
    await owner.query('UPDATE url_sources SET next_attempt_at = NULL, attempt = attempt + 1 WHERE id = $1', [id]);
    return id;
  }

  /** Rows of every table that another tenant might have changed. */
  async function snapshot(tenantId: string) {
    const tables = [
      'projects',
      'data_sets',
      'imports',
      'uploads',
      'upload_parts',
      'url_sources',
      'models',
      'model_versions',
      'training_jobs',
      'deployments',
      'api_keys',
      'user_token_secrets',
      'usage_events',
      'webhook_endpoints',
      'webhook_messages',
      'webhook_deliveries',
      'memberships',
      'invitations',
      'single_sign_on',
      'single_sign_on_domains',
      'scim_tokens',
      'scim_users',
    ];
    const digests: Record<string, string> = {};
    for (const table of tables) {
      const { rows } = await owner.query(
        `SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest FROM ${table} t WHERE tenant_id = $1`,
        [tenantId],
      );
      digests[table] = rows[0].digest;
    }
    return digests;
  }
});

/** The receipt of a person who was erased before. */
async function erasureOf(tenant: Tenant, projectId: string): Promise<string> {
  const { organization } = (await tenant.get('/v1/me')).body;
  const { rows } = await owner.query(
    `INSERT INTO erasures (tenant_id, id, project_id, user_hash, completed_at) VALUES ($1, gen_random_uuid(), $2, 'x', now()) RETURNING id`,
    [organization.id, projectId],
  );
  await tenant.get(`/v1/projects/${projectId}/erasures/${rows[0].id}`).expect(200);
  return rows[0].id;
}

describe('an API key', () => {
  it('reaches its own project and no other of the same organization', async () => {
    const tenant = await Tenant.signUp(api);
    const [one, two] = [await tenant.createProject('One'), await tenant.createProject('Two')];
    const key = withKey(api, (await tenant.createKey(one, ['project:read'])).key);
    await key.get(`/v1/projects/${one}/models`).expect(200);
    await key.get(`/v1/projects/${two}/models`).expect(404);
    await key.get(`/v1/projects/${one.toUpperCase()}/models`).expect(404);
    await key.get('/v1/projects').expect(403);
    const writer = withKey(api, (await tenant.createKey(one, ['project:write'])).key);
    await writer.post('/v1/projects', { name: 'Three' }).expect(403);
  });
});

describe('the database', () => {
  it('S2, S3: binds every tenant table by row-level security with USING and WITH CHECK, forced on the owner too', async () => {
    const { rows } = await owner.query(`
      SELECT c.relname AS table, c.relrowsecurity AND c.relforcerowsecurity AS forced,
        EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND 'kindred_app' = ANY (p.roles)
          AND p.qual LIKE '%current_tenant_id%' AND p.with_check LIKE '%current_tenant_id%') AS isolated
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')`);
    const tenantTables = rows.filter(({ table }) => !GLOBAL_TABLES.has(table));
    expect(tenantTables.length).toBeGreaterThanOrEqual(12);
    for (const row of tenantTables) expect(row).toMatchObject({ forced: true, isolated: true });
  });

  it("leads every tenant table's primary key with the tenant", async () => {
    const { rows } = await owner.query(`
      SELECT c.relname AS table, a.attname AS first FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
      WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace`);
    for (const { table, first } of rows) {
      if (!GLOBAL_TABLES.has(table) && table !== 'organizations')
        expect({ table, first }).toEqual({ table, first: 'tenant_id' });
    }
  });

  it('S2: gives the app a login that owns nothing and bypasses nothing', async () => {
    const { rows } = await owner.query(`
      SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, (SELECT count(*)::int FROM pg_class WHERE relowner = pg_roles.oid) AS owned
      FROM pg_roles WHERE rolname IN ('kindred_app', 'kindred_system') ORDER BY 1`);
    const harmless = { rolsuper: false, rolbypassrls: false, rolcreaterole: false, owned: 0 };
    expect(rows).toEqual([
      { rolname: 'kindred_app', ...harmless },
      { rolname: 'kindred_system', ...harmless },
    ]);
  });

  it('S5: has no view and no SECURITY DEFINER function through which rows could leak', async () => {
    const { rows } = await owner.query(`
      SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
      UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef`);
    expect(rows).toEqual([]);
  });

  it('S6: shows no row and raises no error where no tenant is set', async () => {
    await Tenant.signUp(api);
    for (const table of ['organizations', 'projects', 'memberships', 'api_keys', 'usage_events']) {
      expect((await app.query(`SELECT count(*)::int AS count FROM ${table}`)).rows).toEqual([{ count: 0 }]);
    }
  });

  it("S3, S4: refuses a row of another tenant, and forgets the tenant at the transaction's end", async () => {
    const [tenantId, otherId] = [crypto.randomUUID(), crypto.randomUUID()];
    await app.query('BEGIN');
    await app.query(`SELECT set_config('app.tenant_id', $1, true)`, [tenantId]);
    const insert = app.query(`INSERT INTO projects (tenant_id, id, name) VALUES ($1, $2, 'x')`, [
      otherId,
      crypto.randomUUID(),
    ]);
    await expect(insert).rejects.toThrow(/row-level security/);
    await app.query('ROLLBACK');
    const { rows } = await app.query(`SELECT current_tenant_id() AS tenant`);
    expect(rows).toEqual([{ tenant: null }]);
  });

  it('B9: lets nobody who serves requests change the ledger or the price list', async () => {
    for (const statement of [
      'DELETE FROM usage_events',
      'UPDATE usage_events SET quantity = 1',
      'UPDATE price_versions SET monthly_fee_minor = 0',
      'DELETE FROM meter_prices',
    ]) {
      for (const role of ['kindred_app', 'kindred_system']) {
        await app.query(`SET ROLE ${role}`);
        await expect(app.query(statement), `${role}: ${statement}`).rejects.toThrow(/permission denied/);
      }
    }
    await app.query('RESET ROLE');
  });

  it('keeps people and sessions from a tenant transaction', async () => {
    await expect(app.query('SELECT * FROM users')).rejects.toThrow(/permission denied/);
    await expect(app.query('SELECT * FROM sessions')).rejects.toThrow(/permission denied/);
  });
});
