import { describe, expect, it } from 'vitest';
import type { Kind } from '../../models/families.queries';
import { findCellFormats } from './cell-formats';
import { checkCell } from './check-cell';
import { guessColumns, guessKind, keepColumns, toMapping } from './guess-columns';
import { readStart } from './read-start';
import { findBadRows } from './use-file-facts';

const column = (name: string, type: Kind['columns'][number]['type'], required: boolean, ...guesses: string[]) => ({
  name,
  type,
  required,
  spellings: [name],
  guesses,
  values: null,
  meaning: '',
});
const kind = (key: string, ...columns: Kind['columns']): Kind => ({
  key,
  columns,
  summary: '',
  others: 'ignored',
  statistics: {},
});

const PLAIN = { decimal: null, dates: null };
const user = column('user_id', 'id', true, 'customer');
const item = column('item_id', 'id', true, 'sku');
const interactions = kind(
  'interactions',
  user,
  item,
  column('value', 'number', false, 'score'),
  column('timestamp', 'time', false, 'when'),
);
const kinds = [interactions, kind('items', item), kind('texts', column('text', 'passage', true, 'comment'))];

describe('what a file’s columns are', () => {
  it('is guessed from their headers, each taken once, known spellings before guesses', () => {
    expect(guessColumns(['Customer', 'SKU', 'When'], interactions)).toEqual({ user_id: 0, item_id: 1, timestamp: 2 });
    expect(guessColumns(['customer', 'user_id', 'sku'], interactions)).toEqual({ user_id: 1, item_id: 2 });
    expect(guessColumns(['a', 'b'], interactions)).toEqual({});
  });

  it('tells the kind of its rows', () => {
    expect(guessKind(['customer', 'sku', 'price'], kinds)?.key).toBe('interactions');
    expect(guessKind(['sku', 'title'], kinds)?.key).toBe('items');
    expect(guessKind(['Comment', 'stars'], kinds)?.key).toBe('texts');
  });

  it('is told to the API, with what is not to be read', () => {
    expect(toMapping(['customer', 'sku', 'value'], { user_id: 0, item_id: 1 }, interactions)).toEqual({
      user_id: 'customer',
      item_id: 'sku',
      value: '',
    });
  });
});

describe('the first part of a file', () => {
  const read = (...parts: BlobPart[]) => readStart(new Blob(parts));

  it('tells delimiter, headers and rows, quotes and marks of the encoding left out', async () => {
    const start = await read('\uFEFFcustomer;sku\r\n"a;b";1\r\n\r\nc;2\r\n');
    expect(start).toMatchObject({
      problem: null,
      encoding: 'utf-8',
      delimiter: ';',
      headers: ['customer', 'sku'],
      rows: [
        ['a;b', '1'],
        ['c', '2'],
      ],
      rowCount: 2,
      isWhole: true,
    });
  });

  it('estimates how many rows there are in all of a large one', async () => {
    const { isWhole, rows, rowCount } = await read('user_id,item_id\n', 'u1234567,i1234567\n'.repeat(100_000));
    expect([isWhole, rows.length]).toEqual([false, 200]);
    expect(rowCount).toBeGreaterThan(99_000);
    expect(rowCount).toBeLessThan(101_000);
  });

  it('is unpacked, whatever the encoding, and read as JSON where it is that', async () => {
    const { gzipSync } = await import('node:zlib');
    const csv = `user_id,item_id\n${'u1,i1\n'.repeat(3)}`;
    expect(await read(gzipSync(csv))).toMatchObject({ problem: null, headers: ['user_id', 'item_id'], rowCount: 3 });
    const long = await read(gzipSync(`user_id,item_id\n${'u1,i1\n'.repeat(100_000)}`));
    expect([long.isWhole, long.rows.length, long.problem]).toEqual([false, 200, null]);
    // 用户 in GBK.
    const chinese = await read(new Uint8Array([0xd3, 0xc3, 0xbb, 0xa7]), ',item\n1,2\n');
    expect(chinese).toMatchObject({ problem: null, encoding: 'gb18030', headers: ['用户', 'item'] });
    const rows = ['{"user_id":"u1","tags":["a","b"]}', '', 'no JSON', '{"user_id":7,"more":{"x":1},"none":null}'];
    const table = {
      problem: null,
      delimiter: 'json',
      headers: ['user_id', 'tags', 'more', 'none'],
      rows: [
        ['u1', 'a|b', '', ''],
        ['7', '', '{"x":1}', ''],
      ],
    };
    expect(await read(rows.join('\n'))).toMatchObject(table);
    expect(await read(`[${rows[0]},\n ${rows[3]}]`)).toMatchObject(table);
  });

  it('says what cannot be imported, and what only the import sees', async () => {
    expect((await read('')).problem).toBe('empty');
    expect((await read('PK\u0003\u0004 [Content_Types].xml')).problem).toBe('spreadsheet');
    for (const unseen of ['PK\u0003\u0004 rows.csv', 'PAR1', new Uint8Array([0x28, 0xb5, 0x2f, 0xfd])])
      expect(await read(unseen)).toMatchObject({ problem: null, isUnseen: true, headers: [] });
    expect((await read(' ,\n1,2\n')).problem).toBe('unreadable');
    expect((await read('[{}]')).problem).toBe('unreadable');
    expect((await read('user_id,user_id\n1,2\n')).problem).toBe('twice');
    expect((await read('user_id,item_id\n')).problem).toBe('noRows');
  });
});

describe('how cells are written', () => {
  const formatsOf = (cells: string[]) =>
    findCellFormats(
      cells.map((cell) => ['u', 'i', cell, cell]),
      interactions,
      { user_id: 0, item_id: 1, value: 2, timestamp: 3 },
    );

  it('is seen where one shows it, and asked for where none does', () => {
    expect(formatsOf(['1,5', '2']).decimal).toBe('comma');
    expect(formatsOf(['1,234.5', '1,234']).decimal).toBe('point');
    expect(formatsOf(['1,234']).decimal).toBe('either');
    expect(formatsOf(['1.5']).decimal).toBeNull();
    expect(formatsOf(['03/04/2020', '25/12/2020 10:00']).dates).toBe('day_first');
    expect(formatsOf(['3.4.2020']).dates).toBe('day_first');
    expect(formatsOf(['3/4/2020', '12/25/2020']).dates).toBe('month_first');
    expect(formatsOf(['3/4/2020']).dates).toBe('either');
    expect(formatsOf(['2020-04-03']).dates).toBeNull();
  });
});

it('a mapping is kept for a file that has such headers', () => {
  expect(keepColumns(['user_id', 'who', 'sku'], interactions, { user_id: 'who' })).toEqual({ user_id: 1, item_id: 2 });
  expect(keepColumns(['user_id', 'sku'], interactions, { user_id: 'who', item_id: '' })).toEqual({ user_id: 0 });
});

it('a cell is held against its column', () => {
  const commas = { decimal: 'comma', dates: 'day_first' } as const;
  const [, , value, timestamp] = interactions.columns;
  expect(checkCell(user, ' ', PLAIN)).toBe('empty');
  expect(checkCell(user, 'x'.repeat(257), PLAIN)).toBe('tooLong');
  expect(checkCell(value!, 'five', PLAIN)).toBe('number');
  expect(checkCell(value!, '', PLAIN)).toBeNull();
  for (const time of [
    '1363061522',
    '1363061522000',
    '2020-01-01',
    '2020/1/1',
    '2020-01-01T10:00:00Z',
    '2020-01-01 10:00:00+02',
  ])
    expect(checkCell(timestamp!, time, PLAIN), time).toBeNull();
  for (const time of ['03/04/2020', '-5', 'yesterday', '2020-13-01'])
    expect(checkCell(timestamp!, time, PLAIN), time).toBe('time');
  expect(checkCell(value!, '1.234,5', commas)).toBeNull();
  expect(checkCell(timestamp!, '31/12/2020 10:00', commas)).toBeNull();
  expect(checkCell(timestamp!, '12/31/2020', commas)).toBe('time');
  expect(checkCell(timestamp!, '03/04/2020', { decimal: null, dates: 'either' })).toBeNull();
  expect(checkCell({ ...value!, type: 'text', values: ['train', 'test'] }, 'dev', PLAIN)).toBe('values');
});

it('rows that will be rejected are counted, with what is wrong with the first of them', async () => {
  const start = await readStart(new Blob(['user_id,item_id,timestamp\nu1,i1,2020-01-01\nu2,i2,last week\nu3,i3\n']));
  const columns = guessColumns(start.headers, interactions);
  const first = { problem: 'time', column: 'timestamp', cell: 'last week' };
  expect(findBadRows(start, interactions, columns, PLAIN)).toEqual({ count: 2, share: 2 / 3, first });
  expect(findBadRows({ ...start, rows: [] }, interactions, columns, PLAIN).share).toBe(0);
});
