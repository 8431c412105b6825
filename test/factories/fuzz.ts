import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect } from 'vitest';
import { z } from 'zod';
import { ROLES } from '../../libs/platform/access/permissions.js';
import { BOUNDS } from '../../libs/platform/bounds.js';
import { Tenant, type TestApi } from './api.js';
import { invite, logInOperator, newAddress } from './members.js';
import { arbitraryOf } from './schema-arbitrary.js';

type Json = Record<string, any>;

const openapi = JSON.parse(readFileSync('openapi.json', 'utf8')) as Json;
const components: Json = openapi['components'].schemas;

/** They end the session, the membership or the account, that the next calls are to be made with. */
const LEFT_OUT = new Set(['post /v1/auth/logout', 'delete /v1/me/membership', 'delete /v1/me']);
/** They answer with a stream or a text of their own. */
const NO_JSON = /\/events$|\.csv$|\.jsonl$|^\/metrics$/;

interface Operation {
  method: string;
  path: string;
  spec: Json;
}

const OPERATIONS: Operation[] = Object.entries<Json>(openapi['paths']).flatMap(([path, methods]) =>
  Object.entries<Json>(methods)
    .filter(([method]) => !LEFT_OUT.has(`${method} ${path}`))
    .map(([method, spec]) => ({ method, path, spec })),
);

/** A text that stands in all that another tenant has made. */
const CANARY = 'canary-of-another-tenant';

/**
 * Makes `calls` calls that openapi.json allows, and near misses, as a person of each role, an operator, a key and nobody: none
 * is answered with a 5xx, off its schema, or with another tenant's bytes.
 */
export async function fuzzApi(api: TestApi, calls: number, seed?: number): Promise<void> {
  // What an operator sees of all organizations is theirs to see.
  const callers = (await callersOf(api)).filter(({ who }) => who !== 'operator');
  const ids = await idsOf(callers[0]!.headers, api);
  const call = fc.constantFrom(...OPERATIONS).chain((operation) => {
    const { parameters = [], requestBody } = operation.spec;
    const place = (where: string) =>
      fc.record(
        Object.fromEntries(
          (parameters as Json[])
            .filter((parameter) => parameter['in'] === where)
            .map(({ name, schema }) => [
              name,
              where === 'path'
                ? fc.oneof(
                    { arbitrary: fc.constant(ids[name] ?? ids['projectId']), weight: 8 },
                    { arbitrary: arbitraryOf(schema ?? {}, components, Object.values(ids)), weight: 1 },
                  )
                : arbitraryOf(schema ?? {}, components, Object.values(ids)),
            ]),
        ),
        { requiredKeys: where === 'path' ? undefined : [] },
      );
    const content = Object.entries<Json>(requestBody?.content ?? {})[0];
    const body = content ? arbitraryOf(content[1]['schema'], components, Object.values(ids)) : fc.constant(undefined);
    return fc.record({
      operation: fc.constant(operation),
      caller: fc.constantFrom(...callers),
      path: place('path'),
      query: place('query'),
      body,
      type: fc.constant(content?.[0]),
    });
  });
  await fc.assert(
    fc.asyncProperty(call, async ({ operation, caller, path, query, body, type }) => {
      const url = new URL(api.url + operation.path.replace(/\{(\w+)\}/g, (_, name) => encode((path as Json)[name])));
      for (const [name, value] of Object.entries(query as Json)) appendTo(url, name, value);
      const isUpload = type === 'text/csv';
      const response = await fetch(url, {
        method: operation.method.toUpperCase(),
        headers: { ...caller.headers, ...(type && { 'content-type': type }) },
        ...(type && { body: isUpload ? String(body) : (JSON.stringify(body) ?? 'null') }),
        // Where a browser is led on to is not the operation's answer.
        redirect: 'manual',
        signal: AbortSignal.timeout(20_000),
      }).catch((error: Error) => ({ failure: error }));
      if ('failure' in response) throw response.failure;
      const isStream = NO_JSON.test(operation.path) && response.ok;
      const text = operation.path.endsWith('events') && response.ok ? '' : await response.text();
      if (isStream) await response.body?.cancel().catch(() => {});
      const what = `${caller.who}: ${operation.method} ${url.pathname}${url.search} ${JSON.stringify(body)?.slice(0, 300)} → ${response.status} ${text.slice(0, 300)}`;
      expect(response.status, what).toBeLessThan(500);
      expect(text, what).not.toContain(CANARY);
      // A scraper's figures grow with routes and statuses, by nothing that a caller sends.
      if (operation.path !== '/metrics') expect(text.length, what).toBeLessThanOrEqual(BOUNDS.answerBytes.most);
      if (!isStream) expect(problemsWith(operation, response.status, text), what).toBe('');
    }),
    { numRuns: calls, ...(seed === undefined ? {} : { seed }), endOnFailure: true },
  );
}

/** Why the body is not what openapi.json says of that status; empty where it is. */
function problemsWith({ spec, method }: Operation, status: number, text: string): string {
  const described = spec['responses'][status] ?? (status >= 400 ? spec['responses']['default'] : undefined);
  if (!described) return `openapi.json knows no ${status} here`;
  if (method === 'head') return text;
  const content = Object.values<Json>(described['content'] ?? {})[0];
  if (!content?.['schema']) return text === '' || status === 204 ? '' : '';
  const result = validatorOf(content['schema']).safeParse(JSON.parse(text));
  return result.success ? '' : z.prettifyError(result.error);
}

const validators = new Map<unknown, z.ZodType>();

function validatorOf(schema: Json): z.ZodType {
  let validator = validators.get(schema);
  if (!validator) {
    const rename = (text: string) => text.replaceAll('#/components/schemas/', '#/$defs/');
    validator = z.fromJSONSchema(JSON.parse(rename(JSON.stringify({ ...schema, $defs: components }))));
    validators.set(schema, validator);
  }
  return validator;
}

function encode(value: unknown): string {
  // A dot alone would be another path.
  return encodeURIComponent(String(value).toWellFormed()).replace(/^\.+$/, '%20') || '%20';
}

function appendTo(url: URL, name: string, value: unknown): void {
  const values = Array.isArray(value) ? value : [value];
  for (const each of values)
    url.searchParams.append(name, typeof each === 'object' ? JSON.stringify(each) : String(each));
}

/** One organization with people who were invited as each role, an operator and a key; and another, whose every name holds the canary. */
export async function callersOf(api: TestApi): Promise<{ who: string; headers: Record<string, string> }[]> {
  const owner = await Tenant.signUp(api, 'Fuzzed');
  const projectId = await owner.createProject();
  const { key } = await owner.createKey(projectId, ['deployments:call', 'project:read', 'project:write', 'usage:read']);
  const other = await Tenant.signUp(api, CANARY);
  await other.createProject(CANARY);
  const callers = [{ who: 'owner', headers: { cookie: owner.cookie } as Record<string, string> }];
  for (const role of ROLES.filter((each) => each !== 'owner'))
    callers.push({ who: role, headers: { cookie: (await invite(owner, role)).cookie } });
  // Whom calls may change and remove: the newest.
  await invite(owner, 'viewer');
  const operator = await logInOperator(api);
  callers.push({ who: 'operator', headers: { cookie: operator.cookie } });
  return [...callers, { who: 'key', headers: { authorization: `Bearer ${key}` } }, { who: 'nobody', headers: {} }];
}

/** By parameter: rows of the fuzzed organization that calls can reach. */
async function idsOf(headers: Record<string, string>, api: TestApi): Promise<Record<string, string>> {
  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(api.url + path, {
      method,
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return (await response.json()) as Json;
  };
  const projectId: string = (await send('GET', '/v1/projects'))['data'][0].id;
  const inProject = (rest: string) => `/v1/projects/${projectId}/${rest}`;
  const dataSetId: string = (await send('POST', inProject('data-sets'), { name: 'D', kind: 'interactions' }))['id'];
  const model = { name: 'M', recipe: 'popularity', sources: { interactions: dataSetId } };
  const modelId: string = (await send('POST', inProject('models'), model))['id'];
  const apiKeyId: string = (await send('POST', inProject('api-keys'), { name: 'K' }))['id'];
  const endpointId: string = (await send('POST', '/v1/webhook-endpoints', { url: 'https://example.com/hook' }))['id'];
  const { organization } = await send('GET', '/v1/me');
  const invited = { email: newAddress(), role: 'viewer' };
  const memberId: string = (await send('GET', '/v1/organization/members?search=invited'))['data'][0].id;
  const invitationId: string = (await send('POST', '/v1/organization/invitations', invited))['id'];
  return {
    projectId,
    dataSetId,
    modelId,
    apiKeyId,
    endpointId,
    organizationId: organization.id,
    invitationId,
    memberId,
  };
}
