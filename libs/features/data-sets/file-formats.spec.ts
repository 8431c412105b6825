import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readUpload } from '../../../test/factories/read-upload.js';
import { zipOf } from '../../../test/factories/zip.js';
import { quoteText, withTables } from '../../platform/tables/tables.js';
import { ContentError } from './content-error.js';

const CSV = 'user_id,item_id,value,timestamp\nu1,lamp,5,1577836800\nu2,"a ""b"", c",1.5,1577836860\n用户,7,,\n';
const ROWS = [
  { user_id: 'u1', item_id: 'lamp', event_type: null, value: 5, timestamp: 1_577_836_800 },
  { user_id: 'u2', item_id: 'a "b", c', event_type: null, value: 1.5, timestamp: 1_577_836_860 },
  { user_id: '用户', item_id: '7', event_type: null, value: null, timestamp: null },
];
const JSON_ROWS = [
  { user_id: 'u1', item_id: 'lamp', value: 5, timestamp: '2020-01-01T00:00:00Z' },
  { timestamp: 1_577_836_860, item_id: 'a "b", c', value: '1.5', user_id: 'u2', other: { deep: [1] } },
  { user_id: '用户', item_id: 7, value: null, timestamp: '' },
];
const JSON_LINES = JSON_ROWS.map((row) => JSON.stringify(row)).join('\n');

let parquet: Buffer;
let bomb: Buffer;
beforeAll(async () => {
  bomb = await parquetOf(`SELECT repeat('x', 250) AS user_id, 'i' AS item_id FROM range(1000000)`);
  parquet = await parquetOf(`SELECT * FROM (VALUES ('u1', 'lamp', 5::DOUBLE, TIMESTAMP '2020-01-01 00:00:00'),
    ('u2', 'a "b", c', 1.5, TIMESTAMP '2020-01-01 00:01:00'), ('用户', '7', NULL, NULL)) AS row(user_id, item_id, value, timestamp)`);
});

async function parquetOf(sql: string): Promise<Buffer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-parquet-'));
  const file = path.join(folder, 'made.parquet');
  await withTables([file], {}, (connection) =>
    connection.run(`COPY (${sql}) TO ${quoteText(file)} (FORMAT parquet, USE_TMP_FILE false)`),
  );
  const bytes = readFileSync(file);
  rmSync(folder, { recursive: true });
  return bytes;
}

/** Of a text, in an encoding that Node does not write. */
function utf32(text: string, isLittle: boolean): Buffer {
  const codes = [...text].map((character) => character.codePointAt(0)!);
  const bytes = Buffer.alloc(4 * codes.length);
  codes.forEach((code, i) => (isLittle ? bytes.writeUInt32LE(code, 4 * i) : bytes.writeUInt32BE(code, 4 * i)));
  return bytes;
}

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();
/** 用户,商品 in GB18030, and a row of them. */
const GB18030 = Buffer.concat([
  Buffer.from('user_id,item_id\n'),
  Buffer.from([0xd3, 0xc3, 0xbb, 0xa7, 0x2c, 0xc9, 0xcc, 0xc6, 0xb7, 0x0a]),
]);

describe('the same rows', () => {
  it.each([
    ['CSV', () => CSV],
    ['JSON, an object a line', () => `${JSON_LINES}\n`],
    ['JSON lines with blank ones and a byte order mark', () => `\uFEFF\r\n${JSON_LINES.replaceAll('\n', '\r\n\r\n')}`],
    ['a JSON list', () => JSON.stringify(JSON_ROWS, null, 2)],
    ['Parquet', () => parquet],
    ['gzip of CSV', () => gzipSync(CSV)],
    ['gzip of JSON lines', () => gzipSync(JSON_LINES)],
    ['zstd of Parquet', () => zstdCompressSync(parquet)],
    ['a zip of one file', () => zipOf({ name: 'data/rows.csv', content: CSV })],
    ['UTF-16 with a byte order mark', () => Buffer.from(`\uFEFF${CSV}`, 'utf16le')],
    ['UTF-16, the high byte first, without one', () => utf16be(CSV)],
    ['UTF-16 without one', () => Buffer.from(CSV, 'utf16le')],
    ['UTF-32 with a byte order mark', () => utf32(`\uFEFF${CSV}`, true)],
    ['UTF-32, the high byte first, without one', () => utf32(CSV, false)],
    ['tabs', () => CSV.replace('"a ""b"", c"', '"a ""b""; c"').replaceAll(',', '\t').replace(';', ',')],
    ['carets', () => CSV.replace('"a ""b"", c"', '"a ""b""; c"').replaceAll(',', '^').replace(';', ',')],
  ])('are read from %s', async (_, upload) => {
    const { rows, errors } = await readUpload(upload());
    expect({ rows, errors }).toEqual({ rows: ROWS, errors: [] });
  });

  it('are read from an archive of several files, whatever the order of their columns and whatever else lies in it', async () => {
    const [head, first, ...rest] = CSV.trimEnd().split('\n');
    const upload = zipOf(
      { name: 'rows/', content: '' },
      { name: '__MACOSX/rows/._1.csv', content: 'x' },
      { name: 'rows/1.csv', content: `${head}\n${first}\n` },
      { name: 'rows/.DS_Store', content: 'x' },
      {
        name: 'rows/2.jsonl',
        content: JSON_ROWS.slice(1)
          .map((row) => JSON.stringify({ ...row, other: undefined }))
          .join('\n'),
      },
    );
    expect(rest).toHaveLength(2);
    expect((await readUpload(upload)).rows).toEqual(ROWS);
  });
});

describe('text in another encoding', () => {
  it('is told by its bytes where it is Chinese', async () => {
    expect((await readUpload(GB18030)).rows).toMatchObject([{ user_id: '用户', item_id: '商品' }]);
  });

  it('is what somebody says that it is', async () => {
    const western = Buffer.from('user_id,item_id\ncaf\xe9,th\xe9\n', 'latin1');
    const { errors } = await readUpload(western);
    expect(errors).toMatchObject([{ row: 2, message: expect.stringContaining('encoding=') }]);
    const { rows } = await readUpload(western, { formats: { encoding: 'windows-1252' } });
    expect(rows).toMatchObject([{ user_id: 'café', item_id: 'thé' }]);
  });

  it('stays UTF-8 where a line of it is none', async () => {
    const damaged = Buffer.concat([
      Buffer.from('user_id,item_id\n用户,a\n'),
      GB18030.subarray(16),
      Buffer.from('u,ü\n'),
    ]);
    const { rows, errors } = await readUpload(damaged);
    expect(rows).toMatchObject([{ user_id: '用户' }, { item_id: 'ü' }]);
    expect(errors).toMatchObject([{ row: 3 }]);
  });
});

describe('numbers', () => {
  const valuesOf = async (cells: string[], decimal?: 'point' | 'comma') => {
    const csv = ['user_id;item_id;value', ...cells.map((cell) => `u;i;${cell}`)].join('\n');
    const { rows, errors } = await readUpload(csv, { formats: { decimal } });
    return { values: rows.map(({ value }) => value), wrong: errors.map(({ row }) => row) };
  };

  it('have a comma before their decimals where a column shows it', async () => {
    expect(await valuesOf(['1,5', '-12,25', '7', '1.234,5', '2.000'])).toEqual({
      values: [1.5, -12.25, 7, 1234.5, 2000],
      wrong: [],
    });
  });

  it('have commas between their thousands where a column shows that', async () => {
    expect(await valuesOf(['1,234.5', '1,234', '0.5'])).toEqual({ values: [1234.5, 1234, 0.5], wrong: [] });
  });

  it('that may be either are refused until somebody says which', async () => {
    expect(await valuesOf(['1,234', '5'])).toEqual({ values: [5], wrong: [2] });
    expect((await valuesOf(['1,234', '5'], 'comma')).values).toEqual([1.234, 5]);
    expect((await valuesOf(['1,234', '5'], 'point')).values).toEqual([1234, 5]);
  });

  it('that are mixed are refused one by one', async () => {
    expect(await valuesOf(['1,5', '1,234.5', '2'])).toEqual({ values: [2], wrong: [2, 3] });
  });

  it('come through unchanged, however they are written', async () => {
    const number = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => Number(value.toFixed(2)));
    const written = { point: '.', comma: ',' };
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('point', 'comma'),
        async (numbers, decimal) => {
          const cells = numbers.map((value) => value.toFixed(2).replace('.', written[decimal]));
          expect(await valuesOf(cells, decimal)).toEqual({ values: numbers.map((value) => value + 0), wrong: [] });
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('dates', () => {
  const daysOf = async (cells: string[], dates?: 'day_first' | 'month_first') => {
    const csv = ['user_id;item_id;timestamp', ...cells.map((cell) => `u;i;${cell}`)].join('\n');
    const { rows, errors } = await readUpload(csv, { formats: { dates } });
    const iso = rows.map(({ timestamp }) => new Date(Number(timestamp) * 1_000).toISOString().replace(':00.000Z', ''));
    return { times: iso, errors };
  };

  it.each([
    ['days before months, as one shows', ['03/04/2020', '25/12/2020 18:30'], ['2020-04-03T00:00', '2020-12-25T18:30']],
    ['months before days, as one shows', ['3/4/2020', '12/25/2020, 6:30 PM'], ['2020-03-04T00:00', '2020-12-25T18:30']],
    ['points, which stand behind days', ['3.4.2020', '5.6.2021 07:08:00'], ['2020-04-03T00:00', '2021-06-05T07:08']],
    ['years first', ['2020/4/3', '2020-04-03 07:08'], ['2020-04-03T00:00', '2020-04-03T07:08']],
    ['Chinese', ['2020年4月3日', '2020年12月25日 18:30'], ['2020-04-03T00:00', '2020-12-25T18:30']],
    ['an offset behind the time', ['25/12/2020 18:30:00+02:00'], ['2020-12-25T16:30']],
  ])('are read with %s', async (_, cells, times) => {
    expect(await daysOf(cells)).toEqual({ times, errors: [] });
  });

  it('that may be two are refused until somebody says which', async () => {
    const cells = ['03/04/2020', '05/06/2020'];
    const { errors } = await daysOf(cells);
    expect(errors.map(({ row, message }) => [row, message])).toEqual([
      [2, '"03/04/2020" may have its day or its month first: say which with dates=day_first or dates=month_first'],
      [3, '"05/06/2020" may have its day or its month first: say which with dates=day_first or dates=month_first'],
    ]);
    expect((await daysOf(cells, 'day_first')).times).toEqual(['2020-04-03T00:00', '2020-06-05T00:00']);
    expect((await daysOf(cells, 'month_first')).times).toEqual(['2020-03-04T00:00', '2020-05-06T00:00']);
  });

  it('that are none in the order of the others are refused', async () => {
    expect((await daysOf(['25/12/2020', '26/12/2020', '12/27/2020'])).errors).toMatchObject([{ row: 4 }]);
    expect((await daysOf(['31.02.2020'])).errors).toMatchObject([{ row: 2 }]);
  });
});

describe('what is wrong', () => {
  it('in JSON lines is told by its line, and the rest is taken', async () => {
    const lines = [
      '{"user_id":"u","item_id":"i"}',
      '',
      '{"user_id":"u"',
      '[1]',
      '{"item_id":"i"}',
      '"text"',
      '{"user_id":"v","item_id":"i"}',
    ];
    const { rows, errors } = await readUpload(lines.join('\n'));
    expect(rows).toHaveLength(2);
    expect(errors).toEqual([
      { row: 3, column: null, message: 'the row is no JSON object' },
      { row: 4, column: null, message: 'the row is no JSON object' },
      { row: 5, column: 'user_id', message: 'user_id is empty' },
      { row: 6, column: null, message: 'the row is no JSON object' },
    ]);
  });

  it('in Parquet is told by the number of its row', async () => {
    const wrong = await parquetOf(
      `SELECT * FROM (VALUES ('u', 'i', 'five'), (NULL, 'i', '5'), ('u', 'i', '5')) AS row(user_id, item_id, value)`,
    );
    expect((await readUpload(wrong)).errors.map(({ row, column }) => [row, column])).toEqual([
      [1, 'value'],
      [2, 'user_id'],
    ]);
  });

  it('in a file of an archive is told with its name', async () => {
    const upload = zipOf(
      { name: 'a.csv', content: 'user_id,item_id\nu,i\n,i\n' },
      { name: 'b.csv', content: 'user_id,item_id\n,i\nu,i\nu\n' },
    );
    const { rowsAccepted, errors } = await readUpload(upload);
    expect(rowsAccepted).toBe(2);
    expect(errors.map(({ row, message }) => [row, message])).toEqual([
      [3, 'a.csv: user_id is empty'],
      [2, 'b.csv: user_id is empty'],
      [4, 'b.csv: the row has fewer fields than the header, which has 2'],
    ]);
  });

  const BOMB = Buffer.alloc(80 * 1024 ** 2, 'u,i\n');
  it.each([
    ['gzip that is broken off', () => gzipSync(CSV).subarray(0, 40), /^The file is packed and cannot be unpacked/],
    [
      'zstd that is broken off',
      () => zstdCompressSync(parquet).subarray(0, 60),
      /^The file is packed and cannot be unpacked/,
    ],
    [
      'a zip without its directory',
      () => zipOf({ name: 'a', content: CSV }).subarray(0, 60),
      /^The file is packed and cannot be unpacked/,
    ],
    ['an empty zip', () => zipOf(), /holds no file/],
    [
      'a path out of the folder in a zip',
      () => zipOf({ name: '../../a.csv', content: CSV }),
      /^The file is packed and cannot be unpacked/,
    ],
    [
      'an encrypted file in a zip',
      () => zipOf({ name: 'a.csv', content: CSV, isEncrypted: true }),
      /a\.csv in the archive is encrypted/,
    ],
    [
      'a size that is a lie in a zip',
      () => zipOf({ name: 'a.csv', content: BOMB, saidBytes: 10 }),
      /^The file is packed and cannot be unpacked/,
    ],
    [
      'a workbook',
      () => zipOf({ name: '[Content_Types].xml', content: '' }, { name: 'xl/workbook.xml', content: '' }),
      /save the sheet as CSV/,
    ],
    [
      'files of other columns in a zip',
      () => zipOf({ name: 'a.csv', content: 'user_id,item_id\n' }, { name: 'b.csv', content: 'item_id,title\n' }),
      /a\.csv has user_id, item_id; b\.csv has item_id, title/,
    ],
    ['a gzip that unpacks without end', () => gzipSync(BOMB, { level: 9 }), /unpacks to more than/],
    ['a zip that does', () => zipOf({ name: 'a.csv', content: BOMB }), /unpacks to more than/],
    ['a zstd that does', () => zstdCompressSync(BOMB), /unpacks to more than/],
    ['Parquet that unpacks without end', () => bomb, /unpacks to more than/],
    [
      'Parquet that is broken off',
      () => parquet.subarray(0, parquet.length - 20),
      /^The file cannot be read as Parquet: it is cut off or damaged/,
    ],
    [
      'Parquet in name only',
      () => Buffer.from('PAR1nonsensePAR1'),
      /^The file cannot be read as Parquet: it is cut off/,
    ],
    ['a sheet of an old Excel', () => Buffer.from('d0cf11e0a1b11ae1', 'hex'), /document of an office program/],
    ['a JSON list that is broken off', () => '[{"user_id":"u","item_id":"i"},', /list whose end is missing/],
    ['JSON without a row', () => '[{}]', /no JSON object/],
    [
      'JSON of 300 names',
      () => JSON.stringify(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`n${i}`, 1]))),
      /at most 256/,
    ],
    ['a JSON line without end', () => `{"user_id":"${'x'.repeat(9_000_000)}`, /^Line 1 is longer than/],
  ])('with %s is said of the file as a whole', async (_, upload, reason) => {
    const refused = await readUpload(upload()).catch((error: Error) => error);
    expect(refused).toBeInstanceOf(ContentError);
    expect((refused as Error).message).toMatch(reason);
    expect((refused as Error).message).not.toContain(tmpdir());
  });
});

describe('a mapping that is kept', () => {
  it('holds where the file has such a header, gives way to what is said now, and else to the known names', async () => {
    const keptMapping = { user_id: 'customer', value: '' };
    const read = async (csv: string, mapping = {}) => (await readUpload(csv, { keptMapping, mapping })).rows;
    expect(await read('customer,user_id,item_id,value\nc,u,i,5\n')).toMatchObject([{ user_id: 'c', value: null }]);
    expect(
      await read('customer,user_id,item_id,value\nc,u,i,5\n', { user_id: 'user_id', value: 'value' }),
    ).toMatchObject([{ user_id: 'u', value: 5 }]);
    expect(await read('user_id,item_id\nu,i\n')).toMatchObject([{ user_id: 'u' }]);
  });
});
