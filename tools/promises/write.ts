import { writeFileSync } from 'node:fs';
import { PAGES, renderPage } from './render.js';

// `npm run promises`: writes the pages of docs/ that name the tests which hold each promise, from the promises and the titles of the tests.
for (const page of PAGES) {
  writeFileSync(page.file, renderPage(page));
  console.log(`Wrote ${page.file}.`);
}
