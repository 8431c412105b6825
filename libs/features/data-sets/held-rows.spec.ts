import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { KindKey } from '../../models/kinds/kinds.js';
import { quoteText, withTables } from '../../platform/tables/tables.js';
import { readContent } from './content-reader.js';
import type { ImportProgress } from './data-sets.schema.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-held-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

/** Reads a file, with what is held before; the rows come as arrays. */
async function read(upload: string | Buffer, said: { kind?: KindKey; held?: string; erasedUserIds?: string[] } = {}) {
  const target = path.join(folder, `${files++}.parquet`);
  const file = `${target}.upload`;
  writeFileSync(file, upload);
  const nothing = { kind: 'interactions' as const, mapping: {}, keptMapping: {}, formats: {}, erasedUserIds: [] };
  const content = await readContent({ ...nothing, file, target, ...said }, 1e9);
  const rows = await withTables([target], {}, async (connection) =>
    (await connection.runAndReadAll(`SELECT * FROM read_parquet(${quoteText(target)})`)).getRowObjects(),
  );
  return { ...content, target, rows };
}

describe('rows that are added', () => {
  it('come after those held; interactions that repeat count again, and the figures are of all', async () => {
    const { target } = await read('user_id,item_id,rating\nu1,i1,1\nu2,i2,2\n');
    const added = await read('item_id,user_id\ni3,u3\ni1,u1\ni4,\n', { held: target });
    expect(added.rows.map(({ user_id, item_id, value }) => [user_id, item_id, value])).toEqual([
      ['u1', 'i1', 1],
      ['u2', 'i2', 2],
      ['u3', 'i3', null],
      ['u1', 'i1', null],
    ]);
    expect(added).toMatchObject({ rowsAccepted: 2, rowsRejected: 1, rowsHeld: 4 });
    expect(added.statistics).toMatchObject({ users: 3, items: 3, usersWithTwoOrMore: 1 });
    expect(added.errors).toEqual([{ row: 4, column: 'user_id', message: 'user_id is empty' }]);
  });

  it('take the place of those about the same item as a whole, and may bring further attributes', async () => {
    const { target } = await read('item_id,title,Price\nb,Lamp,1\na,Chair,2\n', { kind: 'items' });
    const added = await read('item_id,price,colour\nb,3,red\nc,4,blue\nb,5,green\n', { kind: 'items', held: target });
    expect(added.rows).toEqual([
      { item_id: 'a', title: 'Chair', Price: '2', colour: null },
      { item_id: 'b', title: null, Price: '3', colour: 'red' },
      { item_id: 'c', title: null, Price: '4', colour: 'blue' },
    ]);
    expect(added).toMatchObject({ rowsAccepted: 2, rowsRejected: 1, rowsHeld: 3 });
  });

  it('bring back nobody who is being erased, of whom those held are taken too', async () => {
    const { target } = await read('user_id,item_id\nu1,i1\nu2,i2\n');
    const added = await read('user_id,item_id\nu1,i3\nu4,i4\n', { held: target, erasedUserIds: ['u1'] });
    expect(added.rows.map(({ user_id }) => user_id)).toEqual(['u2', 'u4']);
    expect(added).toMatchObject({ rowsAccepted: 1, rowsHeld: 2 });
  });

  it('keep to the bounds of a data set: event types and columns', async () => {
    const types = Array.from({ length: 99 }, (_, i) => `u,i,type-${i}`);
    const { target } = await read(['user_id,item_id,event_type', ...types].join('\n'));
    const added = await read('user_id,item_id,event_type\nu,i,new-1\nu,i,new-2\nu,i,type-7\n', { held: target });
    expect(added.errors).toMatchObject([{ row: 3, column: 'event_type' }]);
    expect(added.rowsHeld).toBe(101);
    const header = (name: string) => ['item_id', ...Array.from({ length: 200 }, (_, i) => `${name}${i}`)].join();
    const cells = `i${',x'.repeat(200)}`;
    const wide = await read(`${header('a')}\n${cells}\n`, { kind: 'items' });
    await expect(read(`${header('b')}\n${cells}\n`, { kind: 'items', held: wide.target })).rejects.toThrow(
      'With those that the data set has there would be 401 columns; at most 256 are taken',
    );
  });
});

describe('the same rows', () => {
  const rows = Array.from({ length: 130_000 }, (_, i) => {
    return { user_id: `u${(i * 7919) % 5_000}`, item_id: `i${i % 977}`, value: i % 5, timestamp: 1_600_000_000 + i };
  });
  const csv = ['user_id,item_id,value,timestamp', ...rows.map((row) => Object.values(row).join())].join('\n');

  it('make the same bytes from CSV, packed JSON lines and Parquet, and each time', async () => {
    const fromCsv = await read(csv);
    const fromJson = await read(gzipSync(rows.map((row) => JSON.stringify(row)).join('\n')));
    const parquet = path.join(folder, 'rows.parquet');
    await withTables([fromCsv.target, parquet], {}, (connection) =>
      connection.run(
        `COPY (SELECT timestamp::BIGINT AS timestamp, value::INTEGER AS value, user_id, item_id FROM read_parquet(${quoteText(fromCsv.target)})) TO ${quoteText(parquet)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 50000)`,
      ),
    );
    const fromParquet = await read(readFileSync(parquet));
    expect(fromCsv.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect([fromJson.sha256, fromParquet.sha256, (await read(csv)).sha256]).toEqual(
      [1, 2, 3].map(() => fromCsv.sha256),
    );
    // A file with a wrong row goes another way, to the same.
    expect(await read(`${csv}\nu1,\n`)).toMatchObject({ sha256: fromCsv.sha256, rowsRejected: 1 });
  });

  it('are told of while they are read', async () => {
    const file = path.join(folder, 'watched.csv');
    writeFileSync(file, [csv, ...Array.from({ length: 5 }, () => csv.slice(csv.indexOf('\n') + 1))].join('\n'));
    const told: ImportProgress[] = [];
    const task = { file, target: `${file}.parquet`, kind: 'interactions' as const, mapping: {}, keptMapping: {} };
    await readContent({ ...task, formats: {}, erasedUserIds: [] }, 1e9, (progress) => told.push(progress));
    const last = told.at(-1)!;
    expect(last.bytesRead).toBeGreaterThan(0);
    expect(last.bytes).toBeGreaterThan(15e6);
    expect(last.rowsRead! / 780_000).toBeCloseTo(last.bytesRead / last.bytes, 1);
  });
});
