import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import { Random } from '../../libs/compute/random/kernel.js';
import { ContentError, readContent } from '../../libs/features/data-sets/process.js';
import { withTables } from '../../libs/platform/tables/tables.js';
import { IS_FULL, note } from '../factories/faults-report.js';
import { zipOf } from '../factories/zip.js';

const FILES = IS_FULL ? 1_000 : 40;
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);

/** A row that is wrong, and the column that the error is to name; null where it is the row as a whole. */
const WRONG_ROWS: [row: (random: Random) => Buffer, column: string | null][] = [
  [() => Buffer.from(',item,5,1600000000'), 'user_id'],
  [() => Buffer.from('user,,5,1600000000'), 'item_id'],
  [() => Buffer.from('user,item,five,1600000000'), 'rating'],
  [() => Buffer.from('user,item,1e999,1600000000'), 'rating'],
  [() => Buffer.from('user,item,5,yesterday'), 'timestamp'],
  [() => Buffer.from('user,item,5,-5'), 'timestamp'],
  [() => Buffer.from('user'), null],
  [() => Buffer.from('user,item,5,1600000000,extra,extra'), null],
  [() => Buffer.from(`${'u'.repeat(300)},item,5,1600000000`), 'user_id'],
  [() => Buffer.from('us\0er,item,5,1600000000'), 'user_id'],
  // In Windows-1252, which is no UTF-8.
  [() => Buffer.from('caf\xe9,item,5,1600000000', 'latin1'), null],
  [(random) => Buffer.from(`user,item,5,${'9'.repeat(20 + Math.floor(random.uniform() * 400))}`), 'timestamp'],
];

const GOOD = 'user_id,item_id,value\nu1,i1,5\nu2,i2,4\nu3,i3,3\n'.repeat(20);
/** Files as they should be, in formats that hold more than text. */
const PACKED = [
  gzipSync(GOOD),
  zstdCompressSync(GOOD),
  zipOf({ name: 'a.csv', content: GOOD }, { name: 'b.csv', content: GOOD }),
  Buffer.from('{"user_id":"u1","item_id":"i1","value":[1,{"a":"b"}]}\n'.repeat(20)),
  Buffer.from(`[${'{"user_id":"u1","item_id":"i1"},'.repeat(20)}{}]`),
  Buffer.from(`\uFEFF${GOOD}`, 'utf16le'),
];

/** Cut short, or with some bytes that are others. */
function damaged(bytes: Buffer, random: Random): Buffer {
  const place = () => Math.floor(random.uniform() * bytes.length);
  if (random.uniform() < 0.3) return bytes.subarray(0, place());
  const copy = Buffer.from(bytes);
  for (let i = 0; i < 1 + 8 * random.uniform(); i++) copy[place()] = Math.floor(random.uniform() * 256);
  return copy;
}

/** What is wrong with a whole file. */
const WRONG_FILES: ((random: Random) => Buffer)[] = [
  () => Buffer.alloc(0),
  () => Buffer.from('\n\n'),
  () => Buffer.from('user_id,item_id\n', 'utf16le'),
  () => Buffer.concat([Buffer.from([0, 0, 0xfe, 0xff]), Buffer.from('user_id', 'utf16le')]),
  () => Buffer.from('a,b,c\n1,2,3\n'),
  () => Buffer.from('user_id,user_id,item_id\n1,2,3\n'),
  () => Buffer.from(`user_id,item_id,${'x,'.repeat(10_000)}y\n`),
  () => Buffer.from('PK\x03\x04\x14\0\0\0\x08\0'),
  () => Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'),
  ...[...PACKED, ...PACKED].map((bytes) => (random: Random) => damaged(bytes, random)),
  (random) => damaged(parquet, random),
  (random) => damaged(parquet, random),
  (random) => Buffer.from(Array.from({ length: 4_000 }, () => Math.floor(random.uniform() * 256))),
];

let parquet: Buffer;

beforeAll(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-malformed-'));
  const file = path.join(folder, 'good.parquet');
  await withTables([file], {}, (connection) =>
    connection.run(
      `COPY (SELECT 'u' || i AS user_id, 'i' || i AS item_id, i::DOUBLE AS value FROM range(50) rows(i)) TO '${file}' (FORMAT parquet, USE_TMP_FILE false)`,
    ),
  );
  parquet = readFileSync(file);
  rmSync(folder, { recursive: true });
});

const readAs = (file: string, target: string) =>
  readContent(
    { file, target, kind: 'interactions', mapping: {}, keptMapping: {}, formats: {}, erasedUserIds: [] },
    1e9,
  );

it('malformed files crash nothing, and every wrong row is told by its line and column', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-malformed-'));
  const random = Random.seeded(SEED);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)]!;
  let [located, refused] = [0, 0];
  try {
    for (let i = 0; i < FILES; i++) {
      const [file, target] = [path.join(folder, 'in.csv'), path.join(folder, 'out.parquet')];
      const read = () => readAs(file, target);
      if (i % 4 === 0) {
        writeFileSync(file, pick(WRONG_FILES)(random));
        const outcome = await read().catch((error: unknown) => error);
        // Random bytes may hold a line that is a row; a file that is not refused has told its rows.
        if (outcome instanceof ContentError) expect(outcome.message).toMatch(/\w{3}/);
        else expect(outcome).toMatchObject({ errors: expect.any(Array) });
        refused++;
        continue;
      }
      const lines: Buffer[] = [Buffer.from('user_id,item_id,rating,timestamp')];
      const expected: { row: number; column: string | null }[] = [];
      for (let row = 2; row < 2 + 5 + random.uniform() * 40; row++) {
        const isWrong = random.uniform() < 0.4;
        const [wrong, column] = pick(WRONG_ROWS);
        lines.push(isWrong ? wrong(random) : Buffer.from(`user-${row},item-${row},5,1600000000`));
        if (isWrong) expected.push({ row, column });
      }
      const end = pick(['\n', '\r\n']);
      const mark = pick(['', '\uFEFF']);
      const text = lines.flatMap((line) => [line, Buffer.from(end)]);
      writeFileSync(file, Buffer.concat([Buffer.from(mark), ...text]));
      const { errors, rowsAccepted, rowsRejected } = await read();
      expect(
        errors.map(({ row, column }) => ({ row, column })),
        `file ${i} of seed ${SEED}`,
      ).toEqual(expected);
      expect([rowsAccepted, rowsRejected]).toEqual([lines.length - 1 - expected.length, expected.length]);
      located += expected.length;
    }
    if (IS_FULL) await expectHugeCell(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  note(
    'malformed files read',
    `${FILES}, ${located} wrong rows located, ${refused} as a whole`,
    'no crash, every error located',
    true,
  );
}, 600_000);

/** A cell of 100 MB among good rows. */
async function expectHugeCell(folder: string): Promise<void> {
  const [file, target] = [path.join(folder, 'huge.csv'), path.join(folder, 'huge.parquet')];
  writeFileSync(file, `user_id,item_id\nu1,i1\n${'x'.repeat(100_000_000)},i2\nu3,i3\n`);
  await expect(readAs(file, target)).rejects.toThrow(/^Line 3 is longer than/);
}
