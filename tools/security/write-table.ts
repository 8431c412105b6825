import { writeFileSync } from 'node:fs';
import { renderSecurityTable } from './render-table.js';

// `npm run security-table`: writes docs/security.md from the promises and the titles of the tests.
writeFileSync('docs/security.md', renderSecurityTable());
console.log('Wrote docs/security.md.');
