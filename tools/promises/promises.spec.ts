import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findHoldingTests, PAGES, renderPage } from './render.js';

it.each(PAGES)('$file names the tests that hold each promise today: else run npm run promises', (page) => {
  expect(readFileSync(page.file, 'utf8')).toBe(renderPage(page));
});

it.each(PAGES)('$file has a test for each promise', ({ letter, promises }) => {
  const held = findHoldingTests(letter);
  expect(Object.keys(promises).filter((number) => !held.has(Number(number)))).toEqual([]);
});
