import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import request from 'supertest';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLE_IDS } from '../../libs/platform/http/examples.js';
import { startApi, tasteCsv, Tenant, type TestApi, until, withKey } from '../factories/api.js';
import { invite, newAddress, whoIs, logIn } from '../factories/members.js';

/** One operation of the reference, as its page shows it. */
interface Shown {
  /** Method and path. */
  name: string;
  curl: string;
  typeScript?: string;
  python?: string;
}

const ORIGIN = 'http://localhost:3000';
/** What a snippet comes to that is right and yet cannot succeed here. */
const REFUSED: [name: RegExp, status: number, why: string][] = [
  [/\/v1\/admin\//, 403, 'the tenant is no operator'],
  [/\/v1\/leaked-keys\/github$/, 503, 'the tests reach no scanner, which alone can sign'],
  [/^GET .*\/(rows|rejected-rows\.csv)$/, 403, 'the rows name people, whom no key may see'],
  [/^POST .*\/uploads/, 412, 'clients of tus say which version they speak'],
  [/^PATCH .*\/uploads/, 415, 'clients of tus send pieces, which are no files'],
  [/^(HEAD|DELETE) .*\/uploads/, 404, 'no upload is open'],
  [/\/report$/, 404, 'popularity has no report'],
  [/\/v1\/billing\/(checkout-sessions|credit-purchases)$/, 503, 'the tests have no Stripe'],
  [/^POST .*billing\/coupons$/, 404, 'nobody has made the coupon of the example'],
  [/PUT .*\/credit-top-up$/, 409, 'the tenant has no card on file'],
  [/\/auth\/(verifications|email-changes|password)$/, 400, 'the link of the example was sent to nobody'],
  [/totp\/confirmation$/, 401, 'the code of the example is of no app'],
  [/^POST .*(me\/passkeys|passkeys\/login)$/, 401, 'no device has signed the example'],
  [/^DELETE .*me\/passkeys/, 404, 'no passkey could be registered'],
  [/login\/second-factor$/, 401, 'no login waits for it'],
  [/invitations\/(preview|acceptance|signup)$/, 400, 'the link of the example was sent to nobody'],
  [/impersonations\/[^/]+\/end$/, 404, 'no operator acts in the organization of the example'],
  [/organization\/transfer$/, 404, 'the member of the example has been removed by then'],
  [/training-clearance\/proofs$/, 422, 'the challenge of the example was made for nobody'],
  [/auth\/providers\/\{provider\}/, 404, 'the operator of the tests has set no provider'],
  [/billing\/invoices\/\{invoiceId\}(\/pdf|\/credit-notes)?$/, 404, 'no billing period of the tenant has ended'],
  [/billing\/credit-notes\/\{creditNoteId\}\/pdf$/, 404, 'nothing of an invoice of the tenant was credited'],
  [/auth\/single-sign-on$/, 404, 'nobody has shown that the domain of the example is theirs'],
  [/auth\/single-sign-on\/\{organizationId\}\/callback$/, 302, 'leads a browser back to the page of login'],
  [/(POST|DELETE) .*me\/identities/, 404, 'the operator of the tests has set no provider'],
  [/PUT .*organization\/single-sign-on$/, 502, 'the issuer of the example answers nobody'],
  [/single-sign-on\/domains\/\{domain\}/, 404, 'the page names no domain of the tenant'],
  [/showcase\/recommendations$/, 404, 'this platform shows visitors nothing'],
];
const SCOPES = ['deployments:call', 'events:write', 'project:read', 'project:write', 'usage:read'];

let api: TestApi;
let folder: string;
let shown: Shown[];
let tenant: Tenant;
let key: string;
let idsOf: (name: string) => Record<string, string>;

const get = (address: string, headers: Record<string, string> = {}) => request(api.url).get(address).set(headers);

beforeAll(async () => {
  api = await startApi({ KINDRED_MAILBOX: true, KINDRED_PROVIDER_SECONDS: 1 });
  folder = mkdtempSync(path.join(tmpdir(), 'kindred-docs-'));
  shown = await readReference();
  await prepare();
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

/** The operations of every page that /llms.txt names. */
async function readReference(): Promise<Shown[]> {
  const list = (await get('/llms.txt').expect(200)).text;
  const pages = [...list.matchAll(/\]\(\S+?(\/docs\/api\/\S+\.md)\)/g)].map(([, address]) => address!);
  const texts = await Promise.all(pages.map(async (address) => (await get(address).expect(200)).text));
  return texts
    .flatMap((text) => text.split(/^## /m).slice(1))
    .map((section) => {
      const code = (language: string) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\``).exec(section)?.[1];
      return {
        name: /^`([A-Z]+ \/\S*)`$/m.exec(section)![1]!,
        curl: code('sh')!,
        typeScript: code('ts'),
        python: code('python'),
      };
    });
}

/** Everything that the examples name, and a session for curl. */
async function prepare(): Promise<void> {
  tenant = await Tenant.signUp(api, 'My shop');
  const csv = tasteCsv().replaceAll('user-', '');
  const shop = await tenant.deploy({ csv });
  const { projectId } = shop;
  const texts = await tenant.deployTexts({ projectId });
  const project = `/v1/projects/${projectId}`;
  ({ key } = await tenant.createKey(projectId, SCOPES));
  const another = await tenant.createKey(projectId);
  const program = withKey(api, key);
  const classified = await program.post(`/v1/deployments/${texts.deploymentId}/classifications`, { text: 'a film' });
  const endpoint = (await tenant.post('/v1/webhook-endpoints', { url: 'https://shop.example/hooks' })).body.id;
  await tenant.post(`/v1/webhook-endpoints/${endpoint}/test`).expect(202);
  const [delivery] = (await tenant.get(`/v1/webhook-endpoints/${endpoint}/deliveries`)).body.data;
  const address = { url: 'https://files.example/interactions.csv', interval: 'daily' };
  const made = await tenant.createDataSet(projectId, 'interactions');
  const limit = { scope: 'organization', resource: 'classified_texts', quantity: '1000' };
  const erasure = (await tenant.delete(`${project}/users/1`).expect(202)).body.id;
  let entries: { id: string }[] = [];
  await until(async () => (entries = (await tenant.get('/v1/request-log')).body.data).length > 0);
  const dataSet = (await tenant.get(`${project}/data-sets/${shop.interactionsDataSetId}`)).body;
  const ids = {
    project: projectId,
    dataSet: shop.interactionsDataSetId,
    import: dataSet.latestImport.id,
    model: shop.modelId,
    trainingJob: shop.job.id,
    modelVersion: shop.modelVersionId,
    deployment: shop.deploymentId,
    apiKey: another.id,
    call: classified.body.classificationId,
    endpoint,
    delivery: delivery.id,
    limit: (await tenant.put('/v1/limits', limit).expect(200)).body.id,
    erasure,
    entry: entries[0]!.id,
    member: (await whoIs(await invite(tenant, 'viewer'))).userId,
    organization: (await whoIs(tenant)).organizationId!,
    session: await otherSession(),
    invitation: (await tenant.post('/v1/organization/invitations', { email: newAddress(), role: 'viewer' })).body.id,
    urlSource: (await tenant.post(`${project}/data-sets/${shop.interactionsDataSetId}/url-sources`, address)).body.id,
    userTokenSecret: (await tenant.post(`/v1/projects/${projectId}/user-token-secrets`).expect(201)).body.id,
    scimToken: (await tenant.post('/v1/organization/scim-tokens', { name: 'Okta' }).expect(201)).body.id,
    mail: (await get('/v1/mailbox').expect(200)).body.data[0].id,
  };
  idsOf = (name) => {
    if (/classifications|feedback/.test(name)) return { ...ids, deployment: texts.deploymentId };
    // Which would take the place of rows that others ask for.
    return /synthetic-imports/.test(name) ? { ...ids, dataSet: made } : ids;
  };
  writeFileSync(path.join(folder, 'interactions.csv'), csv);
  writeFileSync(path.join(folder, 'jar'), `127.0.0.1\tFALSE\t/\tFALSE\t0\t${tenant.cookie.replace('=', '\t')}\n`);
}

/** Of the same person, in another browser. */
async function otherSession(): Promise<string> {
  await logIn(api, tenant.email, tenant.password);
  const { body } = await tenant.get('/v1/me/sessions').expect(200);
  return body.data.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent).id;
}

/** A snippet with what its reader would put in: their ids, their password, their labels. */
function filled({ name }: Shown, snippet: string): string {
  const own: Record<string, string> = idsOf(name);
  const withIds = Object.entries(EXAMPLE_IDS).reduce(
    (text, [noun, id]) => (own[noun] ? text.replaceAll(id, own[noun]) : text),
    snippet.replaceAll(ORIGIN, api.url).replaceAll('card_arrival', 'glad'),
  );
  return name === 'POST /v1/auth/step-up' ? withIds.replace('long enough', tenant.password) : withIds;
}

async function run(command: string, args: string[]): Promise<{ output: string; error?: string }> {
  const options = { cwd: folder, env: { ...process.env, KINDRED_API_KEY: key }, encoding: 'latin1' as const };
  return promisify(execFile)(command, args, { ...options, maxBuffer: 64 * 1024 ** 2 }).then(
    ({ stdout }) => ({ output: stdout }),
    (error: Error) => ({ output: '', error: error.message }),
  );
}

describe('the reference', () => {
  it('shows every operation of openapi.json, and to each whether a key may call it', async () => {
    const { paths } = (await get('/openapi.json').expect(200)).body as { paths: Record<string, object> };
    const operations = Object.entries(paths).flatMap(([each, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${each}`),
    );
    expect(shown.map(({ name }) => name).sort()).toEqual(operations.sort());
    const withoutKey = shown.filter(({ typeScript }) => !typeScript).map(({ name }) => name);
    expect(withoutKey).toEqual(expect.arrayContaining(['GET /v1/me', 'POST /v1/projects', 'GET /v1/limits']));
    expect(withoutKey).not.toContain('GET /v1/usage');
  });

  it('has TypeScript and Python of what keys call that runs as it stands', async () => {
    const names = [
      'POST /v1/deployments/{deploymentId}/recommendations',
      'POST /v1/deployments/{deploymentId}/classifications',
      'POST /v1/deployments/{deploymentId}/feedback',
      'GET /v1/projects/{projectId}/data-sets/{dataSetId}',
      'PUT /v1/projects/{projectId}/data-sets/{dataSetId}/content',
      'GET /v1/usage',
    ];
    for (const name of names) {
      const operation = shown.find((each) => each.name === name)!;
      writeFileSync(path.join(folder, 'call.mts'), filled(operation, operation.typeScript!));
      writeFileSync(path.join(folder, 'call.py'), filled(operation, operation.python!));
      for (const [command, file] of [
        [process.execPath, 'call.mts'],
        ['python3', 'call.py'],
      ] as const) {
        const { output, error } = await run(command, [file]);
        expect(error, `${file} of ${name}`).toBeUndefined();
        expect(output.trim(), `${file} of ${name}`).toMatch(/^\{[\s\S]*\}$/);
      }
    }
  });

  it('has TypeScript and Python that at least compiles, of everything else', async () => {
    const forKeys = shown.filter(({ typeScript }) => typeScript);
    expect(forKeys.length).toBeGreaterThan(40);
    for (const { name, typeScript } of forKeys) {
      const { diagnostics } = ts.transpileModule(typeScript!, { reportDiagnostics: true });
      expect(diagnostics, name).toEqual([]);
    }
    const files = forKeys.map(({ python }, i) => {
      writeFileSync(path.join(folder, `${i}.py`), python!);
      return `${i}.py`;
    });
    expect((await run('python3', ['-m', 'py_compile', ...files])).error).toBeUndefined();
  });

  // The last: it deletes what the others call.
  it('has a curl line for each operation that this API takes: with the ids filled in, none is malformed and none leads nowhere', async () => {
    const order = [
      /^(?!DELETE|.*(logout|transfer|me\/password)$)/,
      /^DELETE(?!.*me\/sessions$)/,
      /(transfer|me\/password|me\/sessions)$/,
      /logout$/,
    ];
    const last = ({ name }: Shown) => order.findIndex((each) => each.test(name));
    const wrong: string[] = [];
    for (const operation of shown.toSorted((a, b) => last(a) - last(b))) {
      const script = `curl() { command curl -w '\\n%{http_code}' "$@"; }\n${filled(operation, operation.curl)}`;
      const { output, error } = await run('bash', ['-c', script]);
      const status = Number(output.slice(-3));
      const expected = REFUSED.find(([name]) => name.test(operation.name))?.[1];
      const isFine = expected ? status === expected : status < 300 || status === 409;
      if (error || !isFine) wrong.push(`${operation.name}: ${error ?? output.slice(-300)}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('/docs', () => {
  it('takes a language that is none for none', async () => {
    for (const lang of ['xx', '__proto__', 'constructor']) await get(`/docs?lang=${lang}`).expect(200);
  });

  it('is whole without a script, signed out, in both languages, with links that lead somewhere', async () => {
    const { text: home } = await get('/docs', { 'accept-language': 'en' }).expect(200);
    const links = [...home.matchAll(/href="(\/docs\/[^"#]*)/g)].map(([, address]) => address!);
    const addresses = [...new Set(links)];
    expect(addresses.length).toBeGreaterThan(20);
    for (const address of addresses) {
      const { text } = await get(address).expect(200);
      expect(text, address).toMatch(/<h1>[^<]+<\/h1>/);
      const within = [...text.matchAll(/<main[\s\S]*<\/main>/g)].join('');
      for (const [, other] of within.matchAll(/href="(\/docs[^"#]*|[a-z-]+(?:\.md)?)[#"]/g))
        await get(new URL(other!, `${api.url}${address}`).pathname).expect(200);
    }
    const { text: chinese } = await get('/docs/guides/errors', { 'accept-language': 'zh-CN,zh' }).expect(200);
    expect(chinese).toMatch(/<html lang="zh-CN">[\s\S]*<h1>错误<\/h1>/);
    const { text: asked } = await get('/docs/guides/errors?lang=zh-CN').expect(200);
    expect(asked).toContain('href="/docs/guides/limits?lang=zh-CN"');
  });

  it('answers the Markdown of a page under .md, and 404 to a page that there is not', async () => {
    const markdown = await get('/docs/guides/errors.md').expect(200);
    expect(markdown.headers['content-type']).toMatch(/^text\/markdown/);
    expect(markdown.text).toMatch(/^# Errors\n/);
    for (const address of ['/docs/guides/none', '/docs/guides/none.md', '/docs/guides/../../package.json'])
      await get(address).expect(404);
  });
});
