import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RETENTION } from '../../libs/features/retention/retention.js';
import { BOUNDS } from '../../libs/platform/bounds.js';

const rowsOf = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

it('docs/limits.md shows every bound, as it is', () => {
  const rows = rowsOf('docs/limits.md');
  for (const { what, most } of Object.values(BOUNDS)) {
    expect(rows.find(([, name]) => name === what)?.[2], what).toBe(most.toLocaleString('en-US'));
  }
});

it('docs/retention.md shows all that is kept for a time, as it is', () => {
  const rows = rowsOf('docs/retention.md').map(([, what, days]) => [what, days]);
  expect(rows.slice(2)).toEqual(RETENTION.map(({ what, days }) => [what, String(days)]));
});
