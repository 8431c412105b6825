import { describe, expect, it } from 'vitest';
import type { Kind } from '../../models/families.queries';
import { checkCell } from './check-cell';
import { guessColumns, guessKind, toMapping } from './guess-columns';
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

  it('says what cannot be imported, and still shows it where it is text', async () => {
    expect((await read('')).problem).toBe('empty');
    expect((await read('PK\u0003\u0004 sheet')).problem).toBe('spreadsheet');
    expect((await read(new Uint8Array([0x1f, 0x8b, 8]))).problem).toBe('compressed');
    expect((await read(' [{"user_id": 1}]')).problem).toBe('json');
    expect((await read(' ,\n1,2\n')).problem).toBe('unreadable');
    expect((await read('user_id,user_id\n1,2\n')).problem).toBe('twice');
    expect((await read('user_id,item_id\n')).problem).toBe('noRows');
    // 用户 in GBK.
    const chinese = await read(new Uint8Array([0xd3, 0xc3, 0xbb, 0xa7]), ',item\n1,2\n');
    expect(chinese).toMatchObject({ problem: 'encoding', encoding: 'gb18030', headers: ['用户', 'item'] });
  });
});

it('a cell is held against its column', () => {
  const [, , value, timestamp] = interactions.columns;
  expect(checkCell(user, ' ')).toBe('empty');
  expect(checkCell(user, 'x'.repeat(257))).toBe('tooLong');
  expect(checkCell(value!, 'five')).toBe('number');
  expect(checkCell(value!, '')).toBeNull();
  for (const time of ['1363061522', '1363061522000', '2020-01-01', '2020-01-01T10:00:00Z', '2020-01-01 10:00:00+02'])
    expect(checkCell(timestamp!, time), time).toBeNull();
  for (const time of ['03/04/2020', '-5', 'yesterday', '2020-13-01'])
    expect(checkCell(timestamp!, time), time).toBe('time');
  expect(checkCell({ ...value!, type: 'text', values: ['train', 'test'] }, 'dev')).toBe('values');
});

it('rows that will be rejected are counted, with what is wrong with the first of them', async () => {
  const start = await readStart(new Blob(['user_id,item_id,timestamp\nu1,i1,2020-01-01\nu2,i2,20.08.2026\nu3,i3\n']));
  const columns = guessColumns(start.headers, interactions);
  const first = { problem: 'time', column: 'timestamp', cell: '20.08.2026' };
  expect(findBadRows(start, interactions, columns)).toEqual({ count: 2, share: 2 / 3, first });
  expect(findBadRows({ ...start, rows: [] }, interactions, columns).share).toBe(0);
});
