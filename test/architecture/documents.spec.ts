import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import en from '../../apps/web/src/i18n/en.json' with { type: 'json' };
import zhCn from '../../apps/web/src/i18n/zh-CN.json' with { type: 'json' };
import { RETENTION } from '../../libs/features/retention/retention.js';
import { PERMISSION_MEANINGS, PERMISSIONS, ROLE_PERMISSIONS, ROLES } from '../../libs/platform/access/permissions.js';
import { BOUNDS } from '../../libs/platform/bounds.js';

const rowsOf = (file: string) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

it('docs/guides/limits.md shows every bound, as it is', () => {
  const rows = rowsOf('docs/guides/limits.md');
  for (const { what, most } of Object.values(BOUNDS)) {
    expect(rows.find(([, name]) => name === what)?.[2], what).toBe(most.toLocaleString('en-US'));
  }
});

it('the quick start tells the same walk as README.md, which a test runs', () => {
  const walkOf = (file: string) => /```sh\n(api=[\s\S]*?)```/.exec(readFileSync(file, 'utf8'))?.[1];
  expect(walkOf('README.md')).toBeTruthy();
  for (const guide of globSync('docs/guides/{,zh-CN/}quick-start.md'))
    expect(walkOf(guide), guide).toBe(walkOf('README.md'));
});

describe('the table of roles', () => {
  const permissions = PERMISSIONS.filter((permission) => permission !== 'operator');
  const expected = (meanings: Record<string, string>) =>
    permissions.map((permission) => [
      `\`${permission}\``,
      meanings[permission],
      ...ROLES.map((role) => (ROLE_PERMISSIONS[role].some((held) => held === permission) ? '✓' : '')),
    ]);

  it.each([
    ['docs/guides/members.md', PERMISSION_MEANINGS],
    ['docs/guides/zh-CN/members.md', zhCn.permissions],
  ])('of %s is what guards go by', (file, meanings) => {
    const shown = rowsOf(file).filter(([, permission]) => permission!.includes(':'));
    expect(shown.map((cells) => cells.slice(1, -1))).toEqual(expected(meanings));
  });

  it('is worded on screens as by the API', () => expect(en.permissions).toEqual(PERMISSION_MEANINGS));
});

it('docs/retention.md shows all that is kept for a time, as it is', () => {
  const rows = rowsOf('docs/retention.md').map(([, what, days]) => [what, days]);
  expect(rows.slice(2)).toEqual(RETENTION.map(({ what, days }) => [what, String(days)]));
});

describe('docs/glossary.md', () => {
  const words = rowsOf('docs/glossary.md')
    .map(([, word, , chinese, where]) => ({ word: word!, chinese: chinese!, where: where! }))
    .filter(({ word }) => word !== 'Word' && !word.startsWith('-'));
  const read = (pattern: string) =>
    globSync(pattern)
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');

  it('has the Chinese words of the screens', () => {
    const texts = read('apps/web/src/i18n/*zh-CN.json');
    expect(words.filter(({ chinese }) => chinese !== '—' && !texts.includes(chinese))).toEqual([]);
  });

  it('says where each thing is: at an address, in a table or in a folder that there is', () => {
    const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: object };
    const tables = new Set([...read('prisma/schema/*.prisma').matchAll(/@@map\("(\w+)"\)/g)].map(([, table]) => table));
    const isThere = (place: string) =>
      place.startsWith('/') ? place in paths : place.includes('/') ? existsSync(place) : tables.has(place);
    for (const { word, where } of words) {
      const places = [...where.matchAll(/`([^`]+)`/g)].map(([, place]) => place!);
      expect(places.length, word).toBeGreaterThan(0);
      expect(
        places.filter((place) => !isThere(place)),
        word,
      ).toEqual([]);
    }
  });
});

it('docs/architecture.md names the place where each thing happens, and it is there', () => {
  const places = rowsOf('docs/architecture.md').flatMap(([, , where]) => [...where!.matchAll(/^`([^`]+)`: `(\w+)`/g)]);
  expect(places.length).toBeGreaterThan(10);
  for (const [, file, name] of places) expect(readFileSync(file!, 'utf8'), file).toMatch(new RegExp(`\\b${name}\\b`));
});

it('docs/adr/README.md lists every decision', () => {
  const listed = readFileSync('docs/adr/README.md', 'utf8');
  expect(globSync('docs/adr/0*.md').filter((file) => !listed.includes(file.split('/').at(-1)!))).toEqual([]);
});
