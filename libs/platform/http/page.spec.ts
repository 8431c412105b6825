import { expect, it } from 'vitest';
import { everyRow, type PageQuery, toPage } from './page.js';

const KEPT = Array.from({ length: 1_001 }, (_, place) => ({ id: String(2_000 - place) }));

/** As a repository lists them: the newest first, one more than the page holds. */
async function list(query: PageQuery) {
  const rows = KEPT.filter(({ id }) => !query.cursor || id < query.cursor).slice(0, query.limit + 1);
  return toPage(rows, query);
}

it('a download has every row of a list of many pages, once and in its order', async () => {
  const found: string[] = [];
  for await (const { id } of everyRow(list)) found.push(id);
  expect(found).toEqual(KEPT.map(({ id }) => id));
});
