import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { KindKey } from '../../models/kinds/kinds.js';
import { ContentError } from './content-error.js';
import { previewContent, type PreviewTask } from './content-preview.js';
import { readContent } from './content-reader.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-previews-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const write = (bytes: string | Buffer) => {
  const file = path.join(folder, String(files++));
  writeFileSync(file, bytes);
  return file;
};

function preview(bytes: string | Buffer, more: Partial<PreviewTask> = {}) {
  return previewContent({
    file: write(bytes),
    fileBytes: bytes.length,
    scratch: folder,
    kind: 'interactions',
    mapping: {},
    keptMapping: {},
    formats: {},
    ...more,
  });
}

/** Of the file's first bytes. */
const previewStart = (bytes: Buffer, length: number, more: Partial<PreviewTask> = {}) =>
  preview(bytes.subarray(0, length), { fileBytes: bytes.length, ...more });

const rowsOf = async (bytes: string | Buffer, more: Partial<PreviewTask> = {}) =>
  (await preview(bytes, more)).data.map(({ row, problems }) => [
    row,
    ...problems.map(({ header, message }) => `${header}: ${message}`),
  ]);

describe('a preview', () => {
  it('says how a file is written, what its headers are, and what is wrong with each cell', async () => {
    const csv =
      'Customer;sku;rating;when;cover\nu1;i1;1,5;03/04/2026;https://a.b/c.png\n;i2;five;25/12/2026;https://a.b/d.png\nu3;i3\n';
    const shown = await preview(csv);
    expect(shown).toMatchObject({
      problem: null,
      unseen: null,
      isWhole: true,
      format: 'CSV',
      compression: null,
      encoding: 'utf-8',
      delimiter: ';',
      decimal: 'comma',
      dates: 'day_first',
      rows: 3,
      rowsAccepted: 1,
      rowsRejected: 2,
      missing: [],
      columnMapping: { user_id: 'Customer', item_id: 'sku', value: 'rating', timestamp: 'when' },
    });
    expect(shown.columns.map(({ column, foundBy, type }) => [column, foundBy, type])).toEqual([
      ['user_id', 'guess', 'id'],
      ['item_id', 'guess', 'id'],
      ['value', 'spelling', 'number'],
      ['timestamp', 'guess', 'date'],
      [null, null, 'picture'],
    ]);
    expect(await rowsOf(csv)).toEqual([
      [2],
      [3, 'Customer: user_id is empty', 'rating: "five" is not a finite number'],
      [4, 'null: the row has fewer fields than the header, which has 5'],
    ]);
  });

  it('asks where cells may be read in two ways, and takes what is said', async () => {
    const csv = 'user_id,item_id,value,timestamp\nu1,i1,"1,234",03/04/2026\n';
    const asked = await preview(csv);
    expect([asked.decimal, asked.dates, asked.rowsRejected]).toEqual(['either', 'either', 1]);
    expect(asked.data[0]!.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^"1,234" may have its comma before decimals or between thousands: say which/),
      expect.stringMatching(/^"03\/04\/2026" may have its day or its month first: say which/),
    ]);
    const said = await preview(csv, { formats: { decimal: 'point', dates: 'month_first' } });
    expect([said.decimal, said.dates, said.rowsRejected]).toEqual(['point', 'month_first', 0]);
  });

  it('guesses the kind, types attributes, and knows those that mean something', async () => {
    const rows = Array.from(
      { length: 20 },
      (_, i) => `i${i},2026-01-0${1 + (i % 9)},false,${i % 2 ? 'a|b' : 'c'},fun,A long story ${i}`,
    );
    const shown = await preview(['sku,published_at,hidden,tags,genre,story', ...rows].join('\n'), { kind: null });
    expect(shown.kind).toBe('items');
    expect(shown.columns.map(({ type, attribute }) => [type, attribute])).toEqual([
      ['id', null],
      ['date', 'published_at'],
      ['category', 'hidden'],
      ['list', null],
      ['category', null],
      ['text', null],
    ]);
  });

  it('says what is missing, and what cannot be imported at all', async () => {
    const missing = await preview('a,b\n1,2\n');
    expect(missing).toMatchObject({ missing: ['user_id', 'item_id'], rowsAccepted: 1 });
    expect(missing.problem).toMatch(/^There is no column user_id\. The file has: a, b\./);
    const unsaid = await preview('user_id,item_id\n1,2\n', { mapping: { user_id: 'who' } });
    expect(unsaid.problem).toMatch(/^There is no column who\./);
    for (const [file, problem] of [
      ['', 'The file is empty.'],
      ['user_id,user_id\n1,2\n', 'Two columns are called user_id'],
      ['[{}]', 'The file holds no JSON object'],
      [Buffer.from('PK\u0003\u0004 [Content_Types].xml'), 'cannot be unpacked'],
    ] as const)
      expect((await preview(file)).problem).toContain(problem);
  });

  it('keeps what was said of the file before, and leaves out what is not to be read', async () => {
    const kept = await preview('who,user_id,sku\na,b,c\n', { keptMapping: { user_id: 'who' } });
    expect(kept.columnMapping).toEqual({ user_id: 'who', item_id: 'sku' });
    const unread = await preview('user_id,item_id,rating\na,b,good\n', { mapping: { value: '' } });
    expect([unread.columnMapping['value'], unread.rowsRejected]).toEqual(['', 0]);
  });
});

describe('the start of a longer file', () => {
  const rows = Array.from({ length: 3_000 }, (_, i) => `u${i},"a, ""b""\n${i}",${i % 7}`);
  const csv = Buffer.from(['user_id,item_id,value', ...rows, ''].join('\n'));

  it('is read up to its last whole row, wherever it was cut', async () => {
    for (let length = 1_000; length < 1_030; length += 3) {
      const shown = await previewStart(csv, length);
      expect(shown).toMatchObject({ problem: null, isWhole: false, rowsRejected: 0 });
      expect(Math.abs(shown.rows - 3_000)).toBeLessThan(600);
    }
  });

  it('is unpacked as far as it goes, in whatever encoding it is', async () => {
    const noise = Array.from({ length: 9_000 }, (_, i) => `${Math.sin(i)},${Math.cos(i)},${i % 7}`);
    const text = Buffer.from(['user_id,item_id,value', ...noise, ''].join('\n'));
    for (const packed of [gzipSync(text), zstdCompressSync(text)]) {
      expect((await previewStart(packed, 20)).unseen).toMatch(/The first row does not end/);
      const shown = await previewStart(packed, packed.length - 100);
      expect(shown).toMatchObject({ problem: null, unseen: null, rowsRejected: 0, isWhole: false });
      expect(shown.rowsAccepted).toBeGreaterThan(500);
    }
    const wide = Buffer.from(`\uFEFF${text.toString()}`, 'utf16le');
    expect(await previewStart(wide, 10_001)).toMatchObject({ encoding: 'utf-16le', rowsRejected: 0 });
    // 用户 in GBK, cut within a character.
    const chinese = Buffer.concat([
      Buffer.from([0xd3, 0xc3, 0xbb, 0xa7]),
      Buffer.from(',sku\n'),
      ...Array(100).fill(Buffer.from([0xd3, 0xc3, 0x2c, 0x31, 0x0a])),
    ]);
    const shown = await previewStart(chinese, 9 + 5 * 20 + 1);
    expect(shown).toMatchObject({ encoding: 'gb18030', rowsAccepted: 20, columnMapping: { user_id: '用户' } });
  });

  it('may be of JSON, whose rows are lines or objects of a list', async () => {
    const objects = Array.from({ length: 100 }, (_, i) =>
      JSON.stringify({ user_id: `u"{[${i}`, item_id: 'i', deep: { x: [1] } }),
    );
    for (const text of [objects.join('\n'), `[${objects.join(',\n')}]`]) {
      const shown = await previewStart(Buffer.from(text), 3_003);
      expect(shown).toMatchObject({ format: 'JSON', problem: null, rowsRejected: 0 });
      expect(shown.rowsAccepted).toBeGreaterThan(40);
    }
  });

  it('of Parquet or zip shows nothing, and of one endless row neither: that is said', async () => {
    for (const start of ['PAR1....', 'PK\u0003\u0004 rows.csv', 'user_id,item_id'])
      expect((await previewStart(Buffer.from(start.padEnd(100)), 50)).unseen).toMatch(/when the file is imported/);
    expect((await previewStart(Buffer.from(`PK\u0003\u0004 [Content_Types].xml`.padEnd(100)), 60)).problem).toMatch(
      /office program/,
    );
  });

  it('that unpacks to ever more is read to a bound', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from('user_id,item_id\n'), Buffer.alloc(60_000_000, 'u,i\n')]));
    const shown = await previewStart(bomb, bomb.length - 10);
    expect(shown.rowsAccepted).toBeGreaterThan(1_000_000 - 10);
    expect(shown.rowsAccepted).toBeLessThan(1_100_000);
  });
});

const cell = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('u1', 'u2', 'i1', '3', '1,5', '2026-01-02', '03/04/2026', '', ' ', 'train') },
  fc.string({ maxLength: 8, unit: fc.constantFrom('"', ',', ';', '|', '\n', '\r', 'a', '1', '.', '-', '用', '\0') }),
  fc.string({ maxLength: 12 }),
);
const header = fc.constantFrom(
  'user_id',
  'item_id',
  'Customer',
  'sku',
  'rating',
  'timestamp',
  'text',
  'label',
  'x',
  '',
);
const quoted = (text: string) => (/[",;\n\r|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

it('accepts and rejects the rows that an import does, whatever the file', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(header, { minLength: 1, maxLength: 5 }),
      fc.array(fc.array(cell, { minLength: 1, maxLength: 6 }), { maxLength: 8 }),
      fc.constantFrom<KindKey>('interactions', 'items', 'labelled-texts'),
      fc.boolean(),
      async (headers, rows, kind, isQuoted) => {
        const line = (cells: string[]) => (isQuoted ? cells.map(quoted) : cells).join(',');
        const csv = [line(headers), ...rows.map(line)].join('\n');
        const shown = await preview(csv, { kind });
        const task = {
          file: write(csv),
          target: path.join(folder, 'content'),
          kind,
          keptMapping: {},
          formats: {},
          erasedUserIds: [],
        };
        const done = await readContent({ ...task, mapping: shown.columnMapping }, 1e9).catch((error: Error) => error);
        if (shown.problem !== null) return void expect(done).toBeInstanceOf(ContentError);
        expect(done).toMatchObject({ rowsAccepted: shown.rowsAccepted, rowsRejected: shown.rowsRejected });
        const { rejectedRows } = done as Awaited<ReturnType<typeof readContent>>;
        const wrong = shown.data.filter(({ problems }) => problems.length > 0);
        expect(wrong.map(({ row }) => row)).toEqual(rejectedRows.map(({ row }) => row));
        // The import says the first of what is wrong.
        expect(wrong.map(({ problems }) => problems[0]!.message)).toEqual(rejectedRows.map(({ message }) => message));
      },
    ),
    { numRuns: 30 },
  );
});
