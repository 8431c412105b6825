import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { renderSecurityTable } from './render-table.js';

// `npm run security-table`: writes docs/security.md from the promises and the titles of the tests.
const options = { ...(await resolveConfig('docs/security.md')), parser: 'markdown' };
writeFileSync('docs/security.md', await format(renderSecurityTable(), options));
console.log('Wrote docs/security.md.');
