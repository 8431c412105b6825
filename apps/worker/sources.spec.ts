import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { KindKey } from '../../libs/models/kinds/kinds.js';
import { readInput } from '../../libs/models/recommender/input.js';
import { readInput as readTexts } from '../../libs/models/text-classification/input.js';
import { quoteText, withTables } from '../../libs/platform/tables/tables.js';
import { withSources } from './sources.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function writeRows(name: string, columns: string, rows: string): Promise<string> {
  const file = path.join(folder, `${name}.parquet`);
  const sql = `COPY (SELECT * FROM (VALUES ${rows}) AS rows(${columns})) TO ${quoteText(file)} (FORMAT parquet)`;
  await withTables([file], {}, async (connection) => void (await connection.run(sql)));
  return file;
}

const interactionsFile = await writeRows(
  'interactions',
  'user_id, item_id, event_type, value, timestamp',
  `('u2', 'b', NULL::VARCHAR, 3::DOUBLE, 5::DOUBLE), ('u1', 'd', NULL, 4, 6)`,
);
const itemsFile = await writeRows('items', 'item_id, genre', `('a', 'new'), ('b', 'old'), ('z', NULL)`);
const usersFile = await writeRows('users', 'user_id, town', `('u2', 'Basel'), ('stranger', 'Bern')`);

const inputOf = (files: Record<string, string>, recipe = 'ials') =>
  withSources(
    Object.fromEntries(Object.entries(files).map(([role, file]) => [role, { kind: role as KindKey, files: [file] }])),
    (sources) => readInput(sources, recipe),
  );

describe('people who count for others', () => {
  it('are one with them in every role; of two descriptions their own is taken', async () => {
    const merges = path.join(folder, 'merges.jsonl');
    writeFileSync(
      merges,
      '{"from_user_id":"u1","into_user_id":"u2"}\n{"from_user_id":"stranger","into_user_id":"u2"}\n',
    );
    const added = path.join(folder, 'added.csv');
    writeFileSync(added, '"u1","a",,1,7\n');
    const sources = {
      interactions: { kind: 'interactions', files: [interactionsFile], addedFile: added, mergesFile: merges },
      users: { kind: 'users', files: [usersFile], mergesFile: merges },
    } as const;
    const input = await withSources(structuredClone(sources) as never, (tables) => readInput(tables, 'ials'));
    expect(input).toMatchObject({ userIds: ['u2'], itemIds: ['a', 'b', 'd'], userAttributes: [{ town: 'Basel' }] });
  });

  it('are learnt from where no file came yet', async () => {
    const added = path.join(folder, 'alone.csv');
    writeFileSync(added, '"u","a","view",,7\n');
    const sources = { interactions: { kind: 'interactions' as const, files: [], addedFile: added } };
    const input = await withSources(sources, (tables) => readInput(tables, 'ials'));
    expect(input).toMatchObject({ userIds: ['u'], itemIds: ['a'] });
  });
});

it('items that were sent by themselves stand in for those of a file, in whichever case their names are, and those taken out are left out', async () => {
  const added = path.join(folder, 'single.jsonl');
  const lines = [
    { id: 'b', is_deletion: false, row: { genre: 'newest', "it's": 'odd' } },
    { id: 'd', is_deletion: false, row: { genre: 'fresh' } },
    { id: 'a', is_deletion: true, row: {} },
  ];
  writeFileSync(added, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const sources = {
    interactions: { kind: 'interactions' as const, files: [interactionsFile] },
    items: { kind: 'items' as const, files: [itemsFile], addedFile: added, addedNames: ['Genre', "it's", 'ITEM_ID'] },
  };
  const input = await withSources(sources, (tables) => readInput(tables, 'two-tower'));
  expect(input.itemIds).toEqual(['b', 'd', 'z']);
  expect(input.itemAttributes).toEqual([{ genre: 'newest', "it's": 'odd' }, { genre: 'fresh' }, {}]);
});

describe('the input of a recommender', () => {
  it('knows the attributes of the users and items that have interactions, and no others', async () => {
    const input = await inputOf({ interactions: interactionsFile, items: itemsFile, users: usersFile });
    expect(input).toMatchObject({ userIds: ['u1', 'u2'], itemIds: ['b', 'd'] });
    expect(input.userAttributes).toEqual([null, { town: 'Basel' }]);
    expect(input.itemAttributes).toEqual([{ genre: 'old' }, null]);
  });

  it('holds the untouched items of the catalogue where they are wanted, in the order of their ids', async () => {
    const input = await inputOf({ interactions: interactionsFile, items: itemsFile }, 'two-tower');
    expect(input.itemIds).toEqual(['a', 'b', 'd', 'z']);
    expect(input.itemAttributes).toEqual([{ genre: 'new' }, { genre: 'old' }, null, {}]);
    expect([...input.users]).toEqual([0, 1]);
    expect([...input.items]).toEqual([2, 1]);
  });

  it('takes what has no time for as old as the oldest that has one, not for 1970', async () => {
    const file = await writeRows(
      'untimed',
      'user_id, item_id, event_type, value, timestamp',
      `('u', 'a', NULL::VARCHAR, NULL::DOUBLE, 1600000000::DOUBLE), ('u', 'b', NULL, NULL, NULL), ('u', 'c', NULL, NULL, 1500000000)`,
    );
    const { timestamps } = await inputOf({ interactions: file });
    expect([...timestamps!]).toEqual([1_500_000_000, 1_500_000_000, 1_600_000_000]);
  });

  it('is that of all segments of a data set, one after another', async () => {
    const rows = 'user_id, item_id, event_type, value, timestamp';
    const first = await writeRows('first', rows, `('u', 'a', NULL::VARCHAR, 1::DOUBLE, 1::DOUBLE)`);
    const second = await writeRows('second', rows, `('v', 'b', NULL::VARCHAR, 2::DOUBLE, 2::DOUBLE)`);
    const input = await withSources({ interactions: { kind: 'interactions', files: [first, second] } }, (sources) =>
      readInput(sources, 'ials'),
    );
    expect(input).toMatchObject({ userIds: ['u', 'v'], itemIds: ['a', 'b'] });
  });

  it('does without attributes', async () => {
    const input = await inputOf({ interactions: interactionsFile }, 'two-tower');
    expect(input).toMatchObject({ itemIds: ['b', 'd'], itemAttributes: [null, null], userAttributes: [null, null] });
  });
});

describe('a data set with rows that were added by themselves', () => {
  async function read(added: object[]): Promise<unknown[]> {
    const file = await writeRows(
      `texts-${added.length}`,
      'text, label, language, split',
      `('a', 'x', NULL::VARCHAR, NULL::VARCHAR), ('b', 'x', 'en', 'test'), ('b', 'y', NULL, NULL)`,
    );
    const addedFile = path.join(folder, 'added.jsonl');
    writeFileSync(addedFile, added.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return withSources({ texts: { kind: 'labelled-texts', files: [file], addedFile } }, async (sources) => {
      const rows: unknown[] = [];
      for await (const columns of sources.read('SELECT text, label, language FROM texts ORDER BY ALL'))
        columns[0]!.forEach((_, row) => rows.push(columns.map((column) => column[row])));
      return rows;
    });
  }

  it('has them in place of the rows of the file that they correct', async () => {
    expect(
      await read([
        { text: 'b', label: 'z' },
        { text: 'c"\n', label: 'x', language: 'en' },
      ]),
    ).toEqual([
      ['a', 'x', null],
      ['b', 'z', 'en'],
      ['c"\n', 'x', 'en'],
    ]);
  });

  it('has the last word alone where one text was corrected twice', async () => {
    const words = Array.from({ length: 5_000 }, (_, i) => ({ text: i % 2 ? 'a' : 'b', label: `word ${i}` }));
    expect(await read([...words, { text: 'b', label: 'z' }])).toEqual([
      ['a', 'word 4999', null],
      ['b', 'z', 'en'],
    ]);
  });

  it('is that of its file where none was added', async () => {
    expect(await read([])).toHaveLength(3);
  });
});

describe('the input of a text classifier', () => {
  const columns = 'text, label, language, split';
  const rows = [
    `('my card is lost', 'card', 'en', NULL::VARCHAR)`,
    `('card and loan', 'card|loan', NULL::VARCHAR, 'test')`,
    `('no idea yet', NULL::VARCHAR, NULL, NULL)`,
    `('a loan', 'loan', NULL, 'train')`,
  ];
  const read = (file: string) => withSources({ texts: { kind: 'labelled-texts', files: [file] } }, readTexts);

  it('is the texts with their labels, which of them to measure on, and the texts without a label', async () => {
    const { texts, targets, labels, isTest, unlabelled } = await read(await writeRows('texts', columns, rows.join()));
    const labelled = texts.map((text, i) => ({
      text,
      labels: [...targets.indices.subarray(targets.offsets[i], targets.offsets[i + 1])],
      isTest: isTest![i],
    }));
    expect(labels).toEqual(['card', 'loan']);
    expect(unlabelled).toEqual(['no idea yet']);
    expect(labelled.toSorted((a, b) => a.text.localeCompare(b.text))).toEqual([
      { text: 'a loan', labels: [1], isTest: 0 },
      { text: 'card and loan', labels: [0, 1], isTest: 1 },
      { text: 'my card is lost', labels: [0], isTest: 0 },
    ]);
  });

  it('is the same in whatever order the rows stand', async () => {
    const file = await writeRows('turned', columns, rows.toReversed().join());
    expect(await read(file)).toEqual(await read(path.join(folder, 'texts.parquet')));
  });

  it('leaves open what to measure on where no row says test', async () => {
    const file = await writeRows('unsplit', columns, [rows[0], rows[3]].join());
    expect((await read(file)).isTest).toBeNull();
  });
});
