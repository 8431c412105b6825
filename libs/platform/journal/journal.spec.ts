import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Journal, JournalBusyError } from './journal.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'kindred-journal-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const APPEND_UNTIL_KILLED = `
  import { Journal } from '${path.resolve('dist/libs/platform/journal/journal.js')}';
  const journal = await Journal.create(process.argv[1], 'child');
  for (let i = 0; ; i++) process.send((await journal.append(String(i)), i + 1));
`;

const directory = () => mkdtempSync(path.join(folder, 'j-'));
const texts = async (journal: Journal) => (await journal.read(10_000)).map(({ text }) => text);

it('keeps what was appended, in order, and forgets what was removed', async () => {
  const place = directory();
  const journal = await Journal.create(place, 'one');
  await Promise.all(['a', 'b', 'c', 'd'].map((text) => journal.append(text)));
  const [first, second] = await journal.read(2);
  expect([first!.text, second!.text]).toEqual(['a', 'b']);
  await journal.remove(second!.sequence);
  expect(await texts(journal)).toEqual(['c', 'd']);
  await journal.close();
  expect(readdirSync(place)).not.toEqual([]);
  for await (const again of Journal.adopt(place, () => true)) {
    expect(await texts(again)).toEqual(['c', 'd']);
    await again.remove((await again.read(10)).at(-1)!.sequence);
    await again.close();
  }
  expect(readdirSync(place)).toEqual([]);
});

it('is one living process’s alone, and another’s when that was killed, with every entry that was promised', async () => {
  const place = directory();
  const child = spawn(process.execPath, ['--input-type=module', '-e', APPEND_UNTIL_KILLED, place], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const promised = await new Promise<number>((resolve) => {
    child.on('message', (count: number) => {
      if (count < 500) return;
      child.kill('SIGKILL');
      child.once('exit', () => resolve(count));
    });
  });
  let found = 0;
  for await (const journal of Journal.adopt(place, () => true)) {
    const entries = await texts(journal);
    expect(entries).toEqual(entries.map((_, index) => String(index)));
    found = entries.length;
    await expect(Journal.create(place, 'child')).rejects.toThrow(JournalBusyError);
    await journal.close();
  }
  expect(found).toBeGreaterThanOrEqual(promised);
}, 30_000);

it('takes any text and gives it back as it was', async () => {
  const journal = await Journal.create(directory(), 'any');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), async (given) => {
      await Promise.all(given.map((text) => journal.append(text)));
      const entries = await journal.read(10_000);
      expect(entries.map(({ text }) => text)).toEqual(given);
      await journal.remove(entries.at(-1)!.sequence);
    }),
    { numRuns: 50 },
  );
  await journal.close();
});

it('sets aside what nobody would take, and keeps the file for it', async () => {
  const place = directory();
  const journal = await Journal.create(place, 'rejected');
  await journal.append('poison');
  const entries = await journal.read(10);
  await journal.remove(entries[0]!.sequence, entries);
  expect(await journal.count()).toEqual({ entries: 0, rejected: 1 });
  await journal.close();
  expect(readdirSync(place)).toContain('rejected.journal');
});

it('refuses a file that is no journal', async () => {
  const place = directory();
  writeFileSync(path.join(place, 'x.journal'), 'not a database, but longer than a header would be '.repeat(100));
  await expect(Journal.create(place, 'x')).rejects.toThrow();
});
