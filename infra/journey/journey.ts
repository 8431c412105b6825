import { randomBytes } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { quoteName, quoteText, withTables } from '../../libs/platform/tables/tables.js';
import { ApiSession } from './api-session.js';
import { LivezProbe } from './livez-probe.js';

const USAGE = `npm run journey -- INTERACTIONS.csv [--items ITEMS.csv] [--url http://localhost:3000] [--limit 10] [--recipe ials]

Walks the whole path of a new customer against a running Kindred: signs up, uploads the file, trains, deploys, recommends
for three of its users with an API key, and reads usage and the invoice. Prints each step with its time; exits 1 on any failure.`;

const USER_HEADERS = ['user_id', 'userId', 'userid', 'USER_ID'];

const USAGE_MS = 10_000;

type UsageRow = Record<'meter' | 'quantity', string>;

interface Version {
  id: string;
  result: {
    values: Record<string, number>;
    baselines: Record<string, Record<string, number>>;
    evaluated: { of: string; count: number };
  };
}

interface Recommendations {
  source: string;
  items: { itemId: string; score: number; rank: number; attributes?: Record<string, string> }[];
}

interface Invoice {
  currency: string;
  periodStart: string;
  periodEnd: string;
  total: string;
  lines: { description: string; quantity: string; includedQuantity: string; unitAmount: string; amount: string }[];
}

async function journey(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', default: 'http://localhost:3000' },
      limit: { type: 'string', default: '10' },
      recipe: { type: 'string', default: 'ials' },
      items: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [file] = positionals;
  if (values.help || !file) return console.log(USAGE);
  const limit = Number(values.limit);
  const users = await pickUsers(file);
  const api = new ApiSession(values.url.replace(/\/$/, ''));
  const probe = new LivezProbe(values.url);

  const email = `journey-${randomBytes(6).toString('hex')}@kindred.example`;
  await step('Sign up', () => api.signup(email, randomBytes(12).toString('hex'), 'Journey'));
  const project = await step('Create a project', () => api.post<{ id: string }>('/v1/projects', { name: 'Journey' }));
  const inProject = `/v1/projects/${project.id}`;
  const interactions = await step('Upload the interactions', () => upload(api, inProject, 'interactions', file));
  const items = values.items && (await step('Upload the items', () => upload(api, inProject, 'items', values.items!)));
  const model = await step('Create a model', () =>
    api.post<{ id: string }>(`${inProject}/models`, {
      name: 'Journey',
      recipe: values.recipe,
      sources: { interactions, ...(items && { items }) },
    }),
  );
  await step('Train it', () => api.train(inProject, model.id, showProgress));
  const { data } = await api.get<{ data: Version[] }>(`${inProject}/models/${model.id}/versions`);
  const version = data[0]!;
  printResult(version.result);
  const deployment = await step('Deploy it', () =>
    api.post<{ id: string }>(`${inProject}/deployments`, { name: 'Journey', modelVersionId: version.id }),
  );
  const { key } = await step('Create an API key', () =>
    api.post<{ key: string }>(`${inProject}/api-keys`, { name: 'Journey' }),
  );
  for (const userId of users) {
    const answer = await step(`Recommend for user ${userId}`, () =>
      api.post<Recommendations>(
        `/v1/deployments/${deployment.id}/recommendations`,
        { userId, limit },
        { authorization: `Bearer ${key}` },
      ),
    );
    printRecommendations(answer);
  }
  printTable(await step('Read usage', () => readUsage(api, users.length)));
  const invoice = await step('Read the upcoming invoice', () => api.get<Invoice>('/v1/billing/invoices/upcoming'));
  printInvoice(invoice);
  const slowestMs = probe.stop();
  console.log(`\nEverything worked. Meanwhile ${probe.count} calls of /livez took ${slowestMs.toFixed(0)} ms at most.`);
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
    return { metric, model: ours.toFixed(4), [name]: theirs.toFixed(4), ratio: (ours / theirs).toFixed(2) };
  };
  printTable(Object.keys(values).map(row));
}

/** Usage reaches the ledger a moment after the call. */
async function readUsage(api: ApiSession, answered: number): Promise<UsageRow[]> {
  const endMs = performance.now() + USAGE_MS;
  for (;;) {
    const { rows } = await api.get<{ rows: UsageRow[] }>('/v1/usage?groupBy=meter');
    const metered = rows.find(({ meter }) => meter === 'recommendation_requests')?.quantity ?? '0';
    if (metered === String(answered)) return rows;
    if (performance.now() > endMs) throw new Error(`${answered} calls were answered and ${metered} metered`);
    await sleep(100);
  }
}

function printRecommendations({ source, items }: Recommendations): void {
  console.log(`  from ${source}:`);
  for (const { rank, itemId, score, attributes } of items) {
    console.log(`  ${String(rank).padStart(3)}. ${attributes?.['title'] ?? itemId} (${round(score)})`);
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

/** Three users of the file, the same ones each time. */
async function pickUsers(file: string): Promise<string[]> {
  return withTables([file], {}, async (connection) => {
    const source = `read_csv(${quoteText(file)}, header = true, all_varchar = true, ignore_errors = true)`;
    const names = (await connection.runAndReadAll(`SELECT * FROM ${source} LIMIT 0`)).columnNames();
    const column = quoteName(USER_HEADERS.find((name) => names.includes(name)) ?? names[0]!);
    const reader = await connection.runAndReadAll(
      `SELECT ${column} FROM ${source} WHERE ${column} IS NOT NULL GROUP BY 1 HAVING count(*) > 1 ORDER BY hash(${column}) LIMIT 3`,
    );
    return reader.getRows().map(([id]) => String(id));
  });
}

function round(value: number): number {
  return Number(value.toFixed(4));
}

try {
  await journey();
  process.exit(0);
} catch (error) {
  console.error(`kindred: ${(error as Error).message}`);
  process.exit(1);
}
