import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Column } from '../../../libs/models/kinds/kind.js';
import { kinds } from '../../../libs/models/kinds/kinds.js';
import { type FamilyKey, findFamily, manifests } from '../../../libs/models/manifests.js';
import { ApiSession } from './api-session.js';
import { journeys } from './families.js';
import type { FamilyJourney, JourneyCall } from './family-journey.js';
import { columnsOf } from './file-rows.js';
import { LivezProbe } from './livez-probe.js';

const USAGE = `npm run journey -- FILE [--ROLE FILE] [--family FAMILY] [--recipe RECIPE] [--url http://localhost:3000]

Walks the whole path of a new customer against a running Kindred: signs up, uploads the files, trains, deploys, calls the
deployment with an API key, and reads usage and the invoice. Prints each step with its time; exits 1 on any failure.
A file is CSV, JSON lines, either packed by gzip, or Parquet: the same rows make the same content and, trained by the same
release on the same device, the same artifact, which the digests show.

${Object.entries(manifests).map(usageOf).join('\n')}`;

const USAGE_MS = 10_000;
/** Of a baseline that is next to nothing no ratio says anything. */
const RATIO_MIN = 0.001;

type UsageRow = Record<'meter' | 'quantity', string>;

interface Version {
  id: string;
  artifactSha256: string;
  result: {
    values: Record<string, number>;
    baselines: Record<string, Record<string, number>>;
    evaluated: { of: string; count: number };
  };
}

interface Invoice {
  currency: string;
  periodStart: string;
  periodEnd: string;
  total: string;
  lines: { description: string; quantity: string; includedQuantity: string; unitAmount: string; amount: string }[];
}

async function journey(): Promise<void> {
  const roles = Object.values(manifests).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((role) => !inputs[role]!.isRequired),
  );
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...Object.fromEntries(roles.map((role) => [role, { type: 'string' as const }])),
      url: { type: 'string', default: 'http://localhost:3000' },
      family: { type: 'string' },
      recipe: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [file] = positionals;
  if (values.help || !file) return console.log(USAGE);
  const family = values.family ?? (await familyOf(file));
  const manifest = findFamily(family);
  if (!manifest) throw new Error(`there is no family "${family}": it is one of ${Object.keys(manifests).join(', ')}.`);
  const { recipe, meter, calls }: FamilyJourney = journeys[family as FamilyKey];
  const asked = await calls(file);
  const api = new ApiSession(values.url.replace(/\/$/, ''));
  const probe = new LivezProbe(values.url);

  const email = `journey-${randomBytes(6).toString('hex')}@kindred.example`;
  await step('Sign up', () => api.signup(email, randomBytes(12).toString('hex'), 'Journey'));
  const project = await step('Create a project', () => api.post<{ id: string }>('/v1/projects', { name: 'Journey' }));
  const inProject = `/v1/projects/${project.id}`;
  const sources: Record<string, string> = {};
  for (const [role, { kind, isRequired }] of Object.entries(manifest.inputs)) {
    const given = isRequired ? file : (values as Record<string, unknown>)[role];
    if (typeof given !== 'string') continue;
    sources[role] = await step(`Upload the ${role}`, () => upload(api, inProject, kind, given));
  }
  const model = await step('Create a model', () =>
    api.post<{ id: string }>(`${inProject}/models`, {
      name: 'Journey',
      family,
      recipe: values.recipe ?? recipe,
      sources,
    }),
  );
  await step('Train it', () => api.train(inProject, model.id, showProgress));
  const { data } = await api.get<{ data: Version[] }>(`${inProject}/models/${model.id}/versions`);
  const version = data[0]!;
  printResult(version.result);
  console.log(`  artifact SHA-256 ${version.artifactSha256}`);
  const deployment = await step('Deploy it', () =>
    api.post<{ id: string }>(`${inProject}/deployments`, { name: 'Journey', modelVersionId: version.id }),
  );
  const { key } = await step('Create an API key', () =>
    api.post<{ key: string }>(`${inProject}/api-keys`, { name: 'Journey' }),
  );
  for (const { what, operation, request, show } of asked) {
    const answer = await step(what, () =>
      api.post(`/v1/deployments/${deployment.id}/${operation}`, request, { authorization: `Bearer ${key}` }),
    );
    for (const line of show(answer as never)) console.log(`  ${line}`);
  }
  printTable(await step('Read usage', () => readUsage(api, meter, asked)));
  const invoice = await step('Read the upcoming invoice', () => api.get<Invoice>('/v1/billing/invoices/upcoming'));
  printInvoice(invoice);
  const slowestMs = probe.stop();
  console.log(`\nEverything worked. Meanwhile ${probe.count} calls of /livez took ${slowestMs.toFixed(0)} ms at most.`);
}

/** The family whose required columns the file has. */
async function familyOf(file: string): Promise<string> {
  const names = await columnsOf(file);
  const wanted = Object.entries(manifests).map(([family, { inputs }]) => ({
    family,
    columns: requiredColumns(inputs),
  }));
  const found = wanted.find(({ columns }) =>
    columns.every(({ spellings }) => spellings.some((spelling) => names.includes(spelling))),
  );
  if (found) return found.family;
  const needs = wanted.map(
    ({ family, columns }) => `${family}: ${columns.map(({ spellings }) => spellings[0]).join(', ')}`,
  );
  throw new Error(
    `no family can read a file with the columns ${names.join(', ')}. Rename them; needed are, for ${needs.join('; for ')}.`,
  );
}

function requiredColumns(inputs: (typeof manifests)[FamilyKey]['inputs']): Column[] {
  return Object.values(inputs)
    .filter(({ isRequired }) => isRequired)
    .flatMap(({ kind }) => Object.values<Column>(kinds[kind].columns).filter(({ isRequired }) => isRequired));
}

async function step<T>(what: string, act: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await act();
  console.log(`${what.padEnd(32)} ${((performance.now() - startedMs) / 1000).toFixed(2).padStart(8)} s`);
  return result;
}

async function upload(api: ApiSession, inProject: string, kind: string, file: string): Promise<string> {
  const dataSet = await api.post<{ id: string }>(`${inProject}/data-sets`, { name: kind, kind });
  const done = await api.upload(`${inProject}/data-sets/${dataSet.id}`, await openAsBlob(file));
  console.log(`  ${done.rowsAccepted} rows accepted, ${done.rowsRejected} rejected`);
  console.log(`  content SHA-256 ${done.contentSha256}`);
  for (const { row, column, message } of done.errors.slice(0, 3))
    console.log(`  row ${row}${column ? `, ${column}` : ''}: ${message}`);
  return dataSet.id;
}

let shownTenth = -1;

/** A line each tenth of the way. */
function showProgress({ progress, phase }: { progress: number; phase: string | null }): void {
  const tenth = Math.floor(progress * 10);
  if (tenth <= shownTenth || !phase) return;
  shownTenth = tenth;
  console.log(`  ${String(Math.round(progress * 100)).padStart(3)} % ${phase}`);
}

function printResult({ values, baselines, evaluated }: Version['result']): void {
  console.log(`\nOffline metrics on held-out data of ${evaluated.count} ${evaluated.of}:`);
  const [[name, floor]] = Object.entries(baselines) as [[string, Record<string, number>]];
  const row = (metric: string) => {
    const [ours, theirs] = [values[metric]!, floor[metric]!];
    return {
      metric,
      model: ours.toFixed(4),
      [name]: theirs.toFixed(4),
      ratio: theirs > RATIO_MIN ? (ours / theirs).toFixed(2) : '',
    };
  };
  printTable(Object.keys(values).map(row));
}

/** Usage reaches the ledger a moment after the call. */
async function readUsage(api: ApiSession, name: string, { length: answered }: JourneyCall[]): Promise<UsageRow[]> {
  const endMs = performance.now() + USAGE_MS;
  for (;;) {
    const { rows } = await api.get<{ rows: UsageRow[] }>('/v1/usage?groupBy=meter');
    const metered = rows.find(({ meter }) => meter === name)?.quantity ?? '0';
    if (metered === String(answered)) return rows;
    if (performance.now() > endMs) throw new Error(`${answered} calls were answered and ${metered} metered`);
    await sleep(100);
  }
}

function printInvoice({ lines, total, currency, periodStart, periodEnd }: Invoice): void {
  console.log(`\nUpcoming invoice, ${periodStart.slice(0, 10)} to ${periodEnd.slice(0, 10)}, in ${currency}:`);
  printTable(
    lines.map(({ description, quantity, includedQuantity, unitAmount, amount }) => {
      return { line: description, quantity, included: includedQuantity, price: unitAmount, amount };
    }),
  );
  console.log(`Total ${total} ${currency}`);
}

/** Rows as aligned columns: text to the left, numbers to the right. */
function printTable(rows: Record<string, string>[]): void {
  const names = Object.keys(rows[0] ?? {});
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => row[name]!.length)));
  for (const row of [Object.fromEntries(names.map((name) => [name, name])), ...rows]) {
    const cells = names.map((name, i) => (i === 0 ? row[name]!.padEnd(widths[i]!) : row[name]!.padStart(widths[i]!)));
    console.log(`  ${cells.join('  ')}`);
  }
}

function usageOf([family, { inputs }]: [string, (typeof manifests)[FamilyKey]]): string {
  const roles = Object.entries(inputs).map(([role, { isRequired }]) => (isRequired ? `FILE: ${role}` : `--${role}`));
  return `  ${family}: ${roles.join(', ')}`;
}

try {
  await journey();
  process.exit(0);
} catch (error) {
  console.error(`kindred: ${(error as Error).message}`);
  process.exit(1);
}
