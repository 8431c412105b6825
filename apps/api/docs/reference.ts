import type { OpenAPIObject } from '@nestjs/swagger';
import { EXAMPLE_IDS } from '../../../libs/platform/http/examples.js';
import { exampleOf, type JsonSchema, resolve } from './example.js';
import type { Page } from './page.js';
import { type Call, curlSnippet, pythonSnippet, typeScriptSnippet } from './snippets.js';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  description?: string;
  schema?: JsonSchema;
}

type Content = Record<string, { schema?: JsonSchema }>;

/** One operation of openapi.json, as far as the reference shows it. */
export interface Operation {
  method: string;
  path: string;
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
  security?: Record<string, unknown>[];
  'x-permission'?: string;
}

/** Pages of the reference in this order; the operator's come last. */
const TAGS = [
  'recommendations',
  'classifications',
  'projects',
  'data sets',
  'models',
  'training jobs',
  'deployments',
  'API keys',
  'end users',
  'usage',
  'limits',
  'billing',
  'webhooks',
  'request log',
  'organization',
  'support messages',
  'auth',
  'account',
  'health',
  'operator',
];

/** Deeper parts of a schema are left to its example. */
const DEPTH_MAX = 4;

/** The operations of openapi.json, in its order. */
export function operationsOf({ paths }: OpenAPIObject): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, object>).map(
      ([method, operation]) => ({ ...operation, method: method.toUpperCase(), path }) as Operation,
    ),
  );
}

/** One page a tag, with all its operations, as Markdown. */
export function referencePages(document: OpenAPIObject, origin: string): Page[] {
  const operations = operationsOf(document);
  const rank = (tag: string) => TAGS.indexOf(tag) + (TAGS.includes(tag) ? 0 : TAGS.length);
  const tags = [...new Set(operations.map(({ tags: [tag] }) => tag ?? 'other'))].sort((a, b) => rank(a) - rank(b));
  return tags.map((tag) => {
    const ofTag = operations.filter(({ tags: [each] }) => (each ?? 'other') === tag);
    const title = tag[0]!.toUpperCase() + tag.slice(1);
    return {
      path: `/docs/api/${tag.toLowerCase().replaceAll(' ', '-')}`,
      section: 'reference' as const,
      title,
      summary: `${ofTag.length} ${ofTag.length === 1 ? 'operation' : 'operations'}: ${ofTag.map(({ summary }) => summary.split(/[:,;]/)[0]).join('; ')}`,
      entries: ofTag.map(({ summary, method, path }) => ({ title: summary, words: `${method} ${path}` })),
      markdown: [`# ${title}`, ...ofTag.map((operation) => describe(document, origin, operation))].join('\n\n'),
    };
  });
}

function describe(document: OpenAPIObject, origin: string, operation: Operation): string {
  const { method, path, summary, description, parameters = [], requestBody, responses } = operation;
  const [bodyType, body] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const [good, ...others] = Object.entries(responses).sort(([a], [b]) => a.localeCompare(b));
  const answer = Object.values(good![1].content ?? {})[0]?.schema;
  const call = callOf(document, origin, operation);
  return [
    `## ${summary}`,
    `\`${method} ${path}\``,
    description,
    accessOf(operation),
    ...(parameters.length > 0
      ? ['### Parameters', tableOf(parameters.map((each) => parameterRow(document, each)))]
      : []),
    ...(body?.schema && bodyType === 'application/json'
      ? ['### Body', tableOf(rowsOf(document, body.schema)), fenced('json', json(exampleOf(document, body.schema)))]
      : []),
    ...(bodyType && bodyType !== 'application/json' ? ['### Body', `A file of type \`${bodyType}\`.`] : []),
    '### Call',
    fenced('sh', curlSnippet(call)),
    ...(call.auth === 'key' ? [fenced('ts', typeScriptSnippet(call)), fenced('python', pythonSnippet(call))] : []),
    '### Answer',
    `\`${good![0]}\` ${good![1].description}.`,
    ...(answer ? [tableOf(rowsOf(document, answer)), fenced('json', text(exampleOf(document, answer)))] : []),
    ...others
      .filter(([status]) => status !== 'default')
      .map(([status, response]) => `- \`${status}\` ${response.description}`),
  ]
    .filter(Boolean)
    .join('\n\n')
    .replaceAll('\n\n- `', '\n- `');
}

/** How the snippets call an operation: with the ids and the body of its examples. */
export function callOf(document: OpenAPIObject, origin: string, operation: Operation): Call {
  const { method, path, parameters = [], requestBody, responses, security = [] } = operation;
  const [bodyType, body] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  const sent = body?.schema && (bodyType === 'application/json' ? exampleOf(document, body.schema) : undefined);
  const good = Object.entries(responses).find(([status]) => /^[23]/.test(status))![1];
  const ids: Record<string, string> = {
    ...EXAMPLE_IDS,
    job: EXAMPLE_IDS.trainingJob,
    user: '42',
    operation: 'recommendations',
    sample: 'films',
    source: EXAMPLE_IDS.urlSource,
    document: 'terms',
  };
  const inPath = path.replaceAll(/\{(\w+?)(Id)?\}/g, (_, noun: string) => ids[noun] ?? noun);
  const asked = parameters
    .filter((each) => each.in === 'query' && each.required)
    .map(({ name, schema }) => [name, String(exampleOf(document, schema ?? {}, name))]);
  const query = asked.length > 0 ? `?${new URLSearchParams(asked).toString()}` : '';
  return {
    method,
    url: `${origin}${inPath}${query}`,
    ...(bodyType && { body: bodyType === 'application/json' ? { json: sent } : { file: 'interactions.csv' } }),
    auth: security.some((each) => 'apiKey' in each) ? 'key' : security.length > 0 ? 'session' : 'none',
    headers: Object.fromEntries(
      parameters.filter((each) => each.in === 'header' && each.required).map(({ name }) => [name, '…']),
    ),
    answersJson: 'application/json' in (good.content ?? {}),
  };
}

function accessOf({ security = [], 'x-permission': permission }: Operation): string {
  if (!permission) return 'Open to everyone.';
  const byKey = security.some((each) => 'apiKey' in each);
  return `Needs the permission \`${permission}\`, ${byKey ? 'of an API key or of who is logged in' : 'of who is logged in; API keys cannot call it'}.`;
}

type Row = [name: string, type: string, meaning: string];

function parameterRow(
  document: OpenAPIObject,
  { name, in: place, required, description, schema = {} }: Parameter,
): Row {
  const meaning = description ?? schema.description ?? (place === 'path' ? `Id of the ${nounOf(name)}` : '');
  return [name, `${typeOf(document, schema)}, in the ${place}${required ? ', required' : ''}`, meaning];
}

const nounOf = (name: string) => name.replace(/Id$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** A row for each field, those within others named by their path. */
function rowsOf(document: OpenAPIObject, given: JsonSchema, path = '', depth = 0): Row[] {
  const schema = resolve(document, given);
  if (schema.items) return rowsOf(document, schema.items, `${path}[]`, depth);
  if (depth >= DEPTH_MAX) return [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, each]) => {
    const place = path ? `${path}.${name}` : name;
    const isRequired = schema.required?.includes(name);
    const what = resolve(document, each);
    const standard = each.default === undefined ? '' : `; \`${JSON.stringify(each.default)}\` when absent`;
    const type = `${typeOf(document, each)}${isRequired ? '' : ', optional'}`;
    const row: Row = [place, type, `${each.description ?? what.description ?? ''}${standard}`.replace(/^; /, '')];
    const inner = what.anyOf?.find(({ type: kind, $ref }) => $ref ?? kind === 'object') ?? what;
    return [row, ...rowsOf(document, inner, place, depth + 1)];
  });
}

function typeOf(document: OpenAPIObject, given: JsonSchema): string {
  const schema = resolve(document, given);
  const parts = schema.anyOf ?? schema.allOf;
  if (parts) return [...new Set(parts.map((part) => typeOf(document, part)))].join(' or ');
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.items) return `list of ${typeOf(document, schema.items)}`;
  const forms: Record<string, string> = { uuid: 'id', 'date-time': 'time', uri: 'address' };
  const types = [schema.type ?? 'any'].flat().map((type) => forms[schema.format ?? ''] ?? type);
  const bound = schema.maxLength ? ` of at most ${schema.maxLength} characters` : '';
  const { minimum, maximum } = schema;
  const isRange = minimum !== undefined && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return types.join(' or ') + bound + (isRange ? ` from ${minimum} to ${maximum}` : '');
}

function tableOf(rows: Row[]): string {
  if (rows.length === 0) return '';
  const cell = (content: string) => content.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');
  return [
    '| Name | Type | Meaning |',
    '| --- | --- | --- |',
    ...rows.map(([name, type, meaning]) => `| \`${name}\` | ${cell(type)} | ${cell(meaning)} |`),
  ].join('\n');
}

const json = (value: unknown) => JSON.stringify(value, null, 2);
const text = (value: unknown) => (typeof value === 'string' ? value : json(value));
const fenced = (language: string, code: string) => `\`\`\`${language}\n${code}\n\`\`\``;
