import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kind } from '../../models/kinds/kind.js';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { quoteText, withTables } from '../../platform/tables/tables.js';
import { ContentError } from './content-error.js';
import { readContent } from './content-reader.js';
import type { ColumnMapping, FileFormats } from './data-sets.schema.js';
import { leaveUserOut } from './leave-user-out.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-content-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

async function read(
  csv: string | Buffer,
  kind: KindKey = 'interactions',
  mapping: ColumnMapping = {},
  erasedUserIds: string[] = [],
  formats: FileFormats = {},
  keptMapping: ColumnMapping = {},
) {
  const file = path.join(folder, `${files++}.csv`);
  const target = file.replace('.csv', '.parquet');
  writeFileSync(file, csv);
  const content = await readContent({ file, target, kind, mapping, keptMapping, formats, erasedUserIds }, 1e9);
  const rows = await withTables([target], {}, async (connection) =>
    (await connection.runAndReadAll(`SELECT * FROM read_parquet(${quoteText(target)})`)).getRowObjects(),
  );
  return { ...content, rows, file: target };
}

const errorsOf = ({ errors }: Awaited<ReturnType<typeof read>>) => errors.map(({ row, column }) => [row, column]);

describe('a person who is being erased', () => {
  it('is left out, and named by no error about their rows', async () => {
    const { rows, errors } = await read('user_id,town\nu1,Bern\nu1,Chur\nu2,Basel\n', 'users', {}, ['u1']);
    expect(rows).toEqual([{ user_id: 'u2', town: 'Basel' }]);
    expect(errors).toEqual([]);
  });

  it('is taken out of a data set of people whose columns are named as those of interactions', async () => {
    const { file } = await read('user_id,item_id,timestamp\nu1,i,yesterday\nu2,i,2020-01-01T00:00:00Z\n', 'users');
    const target = `${file}.without`;
    const left = await leaveUserOut({ file, target, userId: 'u1', dataSetKind: 'users' });
    expect(left).toMatchObject({ rowsTaken: 1, rows: 1, statistics: {} });
  });
});

describe('reading interactions', () => {
  it('types values and times: Unix seconds, milliseconds and ISO 8601 with or without an offset', async () => {
    const times = [
      '1577836800',
      '1577836800000',
      '2020-01-01',
      '2020-01-01T00:00:00Z',
      '2020-01-01 02:00:00+02',
      '2020-01-01T02:00:00+02:00',
    ];
    const { rows } = await read(
      ['user_id,item_id,value,timestamp', ...times.map((time, i) => `u,i${i},1.5,${time}`)].join('\n'),
    );
    expect(rows.map(({ timestamp }) => timestamp)).toEqual(times.map(() => 1_577_836_800));
    expect(rows[0]).toMatchObject({ user_id: 'u', item_id: 'i0', value: 1.5, event_type: null });
  });

  it.each([
    ['a byte order mark and CRLF', '\uFEFFuser_id,item_id\r\nu1,i1\r\n'],
    ['UTF-16 from a spreadsheet', Buffer.from('\uFEFFuser_id;item_id\nu1;i1\n', 'utf16le')],
    ['tabs', 'user_id\titem_id\nu1\ti1\n'],
    ['pipes and no last newline', 'user_id|item_id\nu1|i1'],
    ['columns in another order, and others between them', 'x,item_id,y,user_id\n1,i1,2,u1\n'],
    ['quotes where none are needed', '"user_id","item_id"\n"u1","i1"\n'],
    ['spaces around ids', 'user_id,item_id\n u1 ,i1 \n'],
  ])('takes %s', async (_, csv) => {
    expect((await read(csv)).rows).toMatchObject([{ user_id: 'u1', item_id: 'i1' }]);
  });

  it.each(['999999999999999', '12026-01-01', '0001-01-01', '1969-12-31', 'infinity', '-5'])(
    'refuses the time %s',
    async (time) => {
      expect(errorsOf(await read(`user_id,item_id,timestamp\nu,i,${time}\nu,i,9999-12-31\n`))).toEqual([
        [2, 'timestamp'],
      ]);
    },
  );

  it('keeps ids as text, whatever they look like', async () => {
    const ids = ['007', '1e5', 'NULL', '🎬', 'a,b', 'say "hi"', 'x'.repeat(256)];
    const csv = ['user_id,item_id', ...ids.map((id) => `"${id.replaceAll('"', '""')}",i`)].join('\n');
    expect((await read(csv)).rows.map((row) => row['user_id'])).toEqual(ids);
  });

  it('finds each kind of wrong row at its line and column, and takes the rest', async () => {
    const lines = [
      'user_id,item_id,rating,timestamp',
      'u,i,5,1',
      ',i,5,1',
      'u,,5,1',
      'u,i,five,1',
      'u,i,nan,1',
      'u,i,5,yesterday',
      'u,i,5,-1',
      'u,i',
      'u,i,5,1,extra',
      `${'u'.repeat(257)},i,5,1`,
      'u,i,,',
    ];
    const found = await read(lines.join('\n'));
    expect(found).toMatchObject({ rowsAccepted: 2, rowsRejected: 9 });
    expect(errorsOf(found)).toEqual([
      [3, 'user_id'],
      [4, 'item_id'],
      [5, 'rating'],
      [6, 'rating'],
      [7, 'timestamp'],
      [8, 'timestamp'],
      [9, null],
      [10, null],
      [11, 'user_id'],
    ]);
  });

  it('counts lines as an editor does, past blank ones and cells of several lines', async () => {
    const csv = 'user_id,item_id\n\n,i1\n"u\n2",i2\n\nbroken\n,i3\n';
    expect(errorsOf(await read(csv))).toEqual([
      [3, 'user_id'],
      [7, null],
      [8, 'user_id'],
    ]);
  });

  it('counts lines that are not UTF-8 and goes on after them', async () => {
    const csv = Buffer.concat([
      Buffer.from('user_id,item_id\nu1,i1\n'),
      Buffer.from('caf\xe9,A\n', 'latin1'),
      Buffer.from(',x\nu2,i2\n'),
    ]);
    expect(errorsOf(await read(csv))).toEqual([
      [3, null],
      [4, 'user_id'],
    ]);
  });

  it('shows a wrong cell with its control characters replaced', async () => {
    const { errors } = await read('user_id,item_id,rating\nu,i,a\u0000b\n');
    expect(errors[0]!.message).toBe('"a\uFFFDb" is not a finite number');
  });

  it.each([
    ['an empty file', '', /empty/],
    ['an empty first line', '\nu,i\n', /first line is empty/],
    ['no header', '1,2\n3,4\n', /There is no column user_id/],
    ['a header without item ids', 'user_id,thing\n', /There is no column item_id.*has: user_id, thing/],
    ['a column that stands twice', 'user_id,item_id,User_Id\nu,i,x\n', /Two columns are called User_Id/],
    ['bytes that are no text', Buffer.from([0, 1, 2, 255]), /NUL characters.*save the file as UTF-8/],
    ['a NUL in the header, which would end the SQL', 'user_id,item_id,a\0b\nu,i,1\n', /NUL characters/],
    ['a column name that is too long', `user_id,item_id,${'n'.repeat(257)}\n`, /longer than 256 characters/],
    [
      'a line that never ends, by its number',
      `user_id,item_id\nu,i\n${'x'.repeat(9_000_000)},i\n`,
      /^Line 3 is longer than/,
    ],
    ['16,000 columns', `user_id,item_id,${Array.from({ length: 16_000 }, (_, i) => `c${i}`).join()}\n`, /at most 256/],
  ])('refuses %s as a whole, and says why', async (_, csv, reason) => {
    await expect(read(csv)).rejects.toThrow(ContentError);
    await expect(read(csv)).rejects.toThrow(reason);
  });

  it('follows a mapping, and says which header of it is missing', async () => {
    const mapping = { user_id: 'wer', item_id: 'was' };
    expect((await read('wer,was\nu,i\n', 'interactions', mapping)).rows).toMatchObject([
      { user_id: 'u', item_id: 'i' },
    ]);
    await expect(read('wer,was\n', 'interactions', { user_id: 'wer', item_id: 'wo' })).rejects.toThrow(/no column wo/);
  });

  it('counts what is wrong by its reason, the most frequent first, with the first row of each', async () => {
    const many = Array.from({ length: 150 }, (_, i) => `u,i${i},x${i}`);
    const { errors, rejections } = await read(
      ['user_id,item_id,value', ',i,1', ...many, 'u', 'u,i,y', 'v', ',i,1'].join('\n'),
    );
    expect(errors).toHaveLength(100);
    expect(rejections).toEqual([
      { row: 3, column: 'value', message: '"x0" is not a finite number', rows: 151 },
      { row: 2, column: 'user_id', message: 'user_id is empty', rows: 2 },
      { row: 153, column: null, message: 'the row has fewer fields than the header, which has 3', rows: 2 },
    ]);
  });

  it('accounts for every line of any mixture of good and bad ones', async () => {
    const cell = fc.constantFrom('u1', 'ü', '', '7', 'nan', '"q"', ' ');
    const row = fc.array(cell, { minLength: 2, maxLength: 4 }).map((cells) => cells.join(','));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        const { rowsAccepted, rowsRejected, errors } = await read(['user_id,item_id,value', ...rows].join('\n'));
        expect(rowsAccepted + rowsRejected).toBe(rows.length);
        // A delimiter at the end of a full row is forgiven.
        const isGood = (line: string) => {
          const [user, item, value, ...extra] = line.split(',');
          return (
            user!.trim() !== '' &&
            item!.trim() !== '' &&
            ['', '7'].includes(value!) &&
            (extra.length === 0 || extra.join() === '')
          );
        };
        expect(errors.map((error) => error.row)).toEqual(rows.flatMap((line, i) => (isGood(line) ? [] : [i + 2])));
      }),
      { numRuns: 40 },
    );
  });
});

describe('bounds', () => {
  it('S35: refuse a 101st event type by row and column, and keep the first hundred', async () => {
    const types = Array.from({ length: 102 }, (_, i) => `u,i,type-${i}`);
    const found = await read(['user_id,item_id,event_type', ...types, 'u,i,type-0'].join('\n'));
    expect(found).toMatchObject({ rowsAccepted: 101, rowsRejected: 2 });
    expect(found.errors[0]).toEqual({
      row: 102,
      column: 'event_type',
      message: 'there are more than 100 different values of event_type, and "type-100" is not among the first',
    });
  });

  it('refuse an id or event type that is too long or that no call could name', async () => {
    const long = 'x'.repeat(257);
    const found = await read(`user_id,item_id,event_type\n${long},i,e\nu,${long},e\nu,i,${long}\nu\0,i,e\nu,i,e\n`);
    expect(errorsOf(found)).toEqual([
      [2, 'user_id'],
      [3, 'item_id'],
      [4, 'event_type'],
      [5, 'user_id'],
    ]);
    expect(found.rowsAccepted).toBe(1);
  });

  it('S35: refuse a cell beyond 8 KiB, and attributes that together are more than an answer can carry', async () => {
    const half = 'ä'.repeat(2_500);
    const found = await read(`item_id,a,b\n1,${'x'.repeat(8_193)},\n2,${half},${half}\n3,${half},y\n`, 'items');
    expect(errorsOf(found)).toEqual([
      [2, 'a'],
      [3, null],
    ]);
    expect(found.errors[1]!.message).toMatch(/together are longer than 8192 bytes/);
    expect(found.rowsAccepted).toBe(1);
    // Quotes and line ends take two bytes in JSON.
    const quotes = await read(`item_id,a\n1,"${'""'.repeat(4_200)}"\n`, 'items');
    expect(errorsOf(quotes)).toEqual([[2, null]]);
  });
});

describe('reading items', () => {
  it('keeps further columns as attributes and the first of two descriptions', async () => {
    const found = await read('item_id,title,genres\n1,"A, B",x|y\n1,again,z\n,q,r\n2,Ünï,\n', 'items');
    expect(found.rows).toEqual([
      { item_id: '1', title: 'A, B', genres: 'x|y' },
      { item_id: '2', title: 'Ünï', genres: null },
    ]);
    expect(errorsOf(found)).toEqual([
      [3, 'item_id'],
      [4, 'item_id'],
    ]);
  });
});

describe('reading a kind of long texts, labels and a few values', () => {
  const notes = {
    summary: 'Notes',
    columns: {
      note: { type: 'passage', spellings: ['note'], meaning: 'the note', isRequired: true },
      tags: { type: 'labels', spellings: ['tags'], meaning: 'its tags' },
      side: { type: 'text', spellings: ['side'], meaning: 'left or right', values: ['left', 'right'] },
    },
    others: 'ignored',
    distributions: {},
    statistics: {},
    meters: {},
    rowBytes: 0,
    judge: () => [],
  } satisfies Kind;
  const key = 'notes' as KindKey;
  beforeAll(() => void Object.assign(kinds, { [key]: notes }));
  afterAll(() => void Reflect.deleteProperty(kinds, key));

  it('keeps a text as it is, and labels trimmed, each once and in order', async () => {
    const { rows } = await read('note,tags,side\n"  two\nlines ",b | a|b|,LEFT\n别的,,\n', key);
    expect(rows).toEqual([
      { note: '  two\nlines ', tags: 'a|b', side: 'left' },
      { note: '别的', tags: null, side: null },
    ]);
  });

  it('takes for one label what white space of any kind alone tells apart, and for none what is nothing else', async () => {
    const { rows } = await read('note,tags\nn,"\tb\n|b\u3000|b\u200b| b|\u00a0"\nn,"\r\n\t"\n', key);
    expect(rows.map(({ tags }) => tags)).toEqual(['b', null]);
  });

  it('tells by line and column what is too long, too many, empty or another value', async () => {
    const { errors, rowsAccepted } = await read(
      [
        'note,tags,side',
        `${'語'.repeat(10_000)},${'t'.repeat(256)},right`,
        `${'語'.repeat(10_001)},,`,
        `n,${'t'.repeat(257)},`,
        `n,${Array.from({ length: 33 }, (_, i) => i).join('|')},`,
        'n,a\0b,',
        'n,a,up',
        ' ,a,left',
      ].join('\n'),
      key,
    );
    expect(rowsAccepted).toBe(1);
    expect(errors).toEqual([
      { row: 3, column: 'note', message: 'note is longer than 10000 characters' },
      { row: 4, column: 'tags', message: 'a label is longer than 256 characters' },
      { row: 5, column: 'tags', message: 'the row has more than 32 labels' },
      { row: 6, column: 'tags', message: 'tags holds a NUL character' },
      { row: 7, column: 'side', message: '"up" is none of left, right' },
      { row: 8, column: 'note', message: 'note is empty' },
    ]);
  });
});
