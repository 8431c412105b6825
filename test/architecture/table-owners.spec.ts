import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

/** A table belongs to the feature, or the service of the platform, that its file in here is named after: only that writes it. Anyone may read it. */
const SCHEMA = 'prisma/schema';
const SOURCES = ['libs', 'apps', 'infra', 'tools', 'prisma'];
const NO_SOURCES = /\.spec\.ts$|^libs\/platform\/database\/|^apps\/web\//;
/** Of a statement that names its table only as it runs. */
const ANY = 'any';

/** Who writes what is another's all the same, and why. */
const EXCEPTIONS: Record<string, { tables: string[]; why: string }> = {
  'libs/features/retention/retention.repository.ts': {
    tables: ['imports', ANY],
    why: 'deletes by age over all tables; retention.ts lists them in one place, as docs/retention.md does',
  },
  'libs/features/organizations/organizations.repository.ts': {
    tables: [ANY, 'users'],
    why: 'deletes an organization with all that it has, in an order over all tables and in one transaction',
  },
  'libs/features/end-users/erasures.repository.ts': {
    tables: ['uploads', ANY],
    why: 'blots a person out of the texts of all tables, whose list is in one place, so that none is left out; ends uploads that nobody finishes, which it waits for',
  },
  'libs/features/billing/billing.repository.ts': {
    tables: ['organizations'],
    why: 'writes as which customer Stripe knows it; organizations asks billing, so that billing cannot ask it',
  },
  'libs/platform/queue/leased-rows.ts': {
    tables: [ANY],
    why: 'claims and extends for every feature with leased work, of the table that the feature names',
  },
  'prisma/seed/seed.ts': {
    tables: ['users'],
    why: 'takes the address of the demo as verified',
  },
  'apps/launcher/move-clock.ts': {
    tables: ['clock'],
    why: 'the one row is the owner’s alone to write, by a command, and every process reads it',
  },
  'apps/launcher/make-operator.ts': {
    tables: ['users'],
    why: 'makes an operator, which no route does',
  },
  'prisma/seed/showcase.ts': {
    tables: ['showcases'],
    why: 'chooses what visitors may try, which no route does',
  },
  'apps/launcher/rotate-secret.ts': {
    tables: ['webhook_endpoints', 'url_sources', 'totps', 'single_sign_on', 'user_token_secrets', 'erasures'],
    why: 'an operator’s command without Nest, which seals and hashes anew over all tenants',
  },
};

interface Source {
  file: string;
  text: string;
}

interface Table {
  name: string;
  /** As Prisma's client calls it. */
  delegate: string;
  owner: string;
}

interface Write {
  file: string;
  table: string;
}

function tablesOf({ file, text }: Source): Table[] {
  return [...text.matchAll(/^model (\w+) \{([\s\S]*?)^\}/gm)].map(([, model, body]) => ({
    name: /@@map\("(\w+)"\)/.exec(body!)?.[1] ?? model!,
    delegate: model![0]!.toLowerCase() + model!.slice(1),
    owner: path.basename(file, '.prisma'),
  }));
}

const SQL_WRITE =
  /\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?|MERGE\s+INTO|COPY)\s+(?:ONLY\s+)?"?(\w+|\$\{)/gi;
const PRISMA_WRITE = /\.\s*(\w+)\s*\.\s*(?:create|update|upsert|delete)(?:Many)?(?:AndReturn)?\s*\(/g;

/** The tables that a source writes. What it calls so and is no table of Postgres is another's, such as DuckDB's. */
function writesOf({ file, text }: Source, tables: Table[]): Write[] {
  const bySql = [...text.matchAll(SQL_WRITE)].map(([, name]) =>
    name === '${' ? ANY : tables.find((table) => table.name === name)?.name,
  );
  const byPrisma = [...text.matchAll(PRISMA_WRITE)].map(
    ([, name]) => tables.find(({ delegate }) => delegate === name)?.name,
  );
  return [...new Set([...bySql, ...byPrisma])].flatMap((table) => (table ? [{ file, table }] : []));
}

/** What is written by another than its owner. */
function strangersOf(sources: Source[], tables: Table[]): Write[] {
  const ownerOf = new Map(tables.map(({ name, owner }) => [name, owner]));
  const isOwn = ({ file, table }: Write) =>
    ['features', 'platform'].some((house) => file.startsWith(`libs/${house}/${ownerOf.get(table)}/`));
  return sources.flatMap((source) => writesOf(source, tables)).filter((write) => !isOwn(write));
}

function read(folder: string, ends: RegExp): Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((file) => ends.test(file))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}

const TABLES = read(SCHEMA, /\.prisma$/).flatMap(tablesOf);

describe('a table', () => {
  it('has an owner: the feature, or service of the platform, that its file in prisma/schema is named after', () => {
    const owners = new Set([...readdirSync('libs/features'), ...readdirSync('libs/platform')]);
    expect(TABLES.length).toBeGreaterThan(30);
    expect(TABLES.filter(({ owner }) => !owners.has(owner))).toEqual([]);
  });

  it('is written by its owner alone, and by those who are named with a reason', () => {
    const sources = SOURCES.flatMap((folder) => read(folder, /\.m?ts$|\.mjs$/));
    const found: Record<string, string[]> = {};
    const concerned = sources.filter(({ file }) => !NO_SOURCES.test(file));
    for (const { file, table } of strangersOf(concerned, TABLES)) (found[file] ??= []).push(table);
    // An exception that nothing needs any more is refused too.
    const expected = Object.entries(EXCEPTIONS).map(([file, { tables }]) => [file, tables] as const);
    expect(found).toEqual(Object.fromEntries(expected));
  });
});

describe('a planted write', () => {
  const tables = tablesOf({
    file: 'a.prisma',
    text: 'model RedApple {\n  id String @id\n\n  @@map("red_apples")\n}\n',
  });
  const at = (file: string) => (text: string) => strangersOf([{ file, text }], tables).map(({ table }) => table);

  it.each([
    'sql.run(`INSERT INTO red_apples AS apple (id) VALUES ($1)`)',
    'sql.run("update red_apples set id = $1")',
    'sql.run(`WITH old AS (SELECT)\n  DELETE FROM red_apples`)',
    `client.query('TRUNCATE TABLE "red_apples"')`,
    'transaction.redApple.upsert({ where })',
    'await transaction.redApple\n  .updateManyAndReturn({ data })',
    'transaction\n  .redApple.deleteMany()',
  ])('of another’s table is caught: %s', (text) => {
    expect(at('libs/features/b/b.repository.ts')(text)).toEqual(['red_apples']);
    expect(at('apps/worker/erase.ts')(text)).toEqual(['red_apples']);
    expect(at('libs/features/a/a.repository.ts')(text)).toEqual([]);
  });

  it('of a table that is named as it runs is caught, whoever does it', () =>
    expect(at('libs/features/a/a.repository.ts')('sql.run(`UPDATE ${table} SET id = NULL`)')).toEqual([ANY]));

  it.each([
    'sql.rows(`SELECT id FROM red_apples FOR UPDATE OF red_apples`)',
    'transaction.redApple.findMany()',
    'connection.run(`INSERT INTO accepted SELECT 1`)',
    `createHash('sha256').update(text)`,
  ])('is none where it only reads, or is no table’s: %s', (text) =>
    expect(at('libs/features/b/b.repository.ts')(text)).toEqual([]),
  );

  it('has no owner where its file is named after no feature', () =>
    expect(tables.map(({ owner }) => owner)).toEqual(['a']));
});
