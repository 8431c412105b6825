import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderSecurityTable } from './render-table.js';

it('docs/security.md names the tests that hold each promise today: else run npm run security-table', () => {
  expect(readFileSync('docs/security.md', 'utf8')).toBe(renderSecurityTable());
});
