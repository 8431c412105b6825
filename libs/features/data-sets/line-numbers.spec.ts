import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { findLines } from './line-numbers.js';

const CSV = { hasHeader: true, hasQuotes: true };
const folder = mkdtempSync(path.join(tmpdir(), 'kindred-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['line feeds', '\n'],
  ['carriage returns and line feeds', '\r\n'],
  ['carriage returns', '\r'],
])('counts what an editor counts: blank lines, lines inside quotes and broken records, with %s', async (_, end) => {
  const lines = ['user,item', 'u1,i1', '', 'broken', '"two', 'lines",i2', '', '', 'u3,"a ""b"" c"', 'broken', 'u4,i4'];
  const text = lines.join(end);
  const file = path.join(folder, 'lines.csv');
  writeFileSync(file, text);
  const broken = [text.indexOf('broken'), text.lastIndexOf('broken')];
  expect(await findLines(file, [1, 2, 3, 4], broken, CSV)).toEqual({ ofOrdinals: [2, 5, 9, 11], ofBroken: [4, 10] });
  expect(await findLines(file, [3], broken, CSV)).toEqual({ ofOrdinals: [9], ofBroken: [4, 10] });
});
