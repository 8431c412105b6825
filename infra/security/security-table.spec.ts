import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { renderSecurityTable } from './render-table.js';

it('docs/security.md names the tests that hold each promise today: else run npm run security-table', async () => {
  const options = { ...(await resolveConfig('docs/security.md')), parser: 'markdown' };
  expect(readFileSync('docs/security.md', 'utf8')).toBe(await format(renderSecurityTable(), options));
});
