import { createClient } from '@hey-api/openapi-ts';
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { renderOpenApi } from './render-openapi.js';

// `npm run openapi`: writes openapi.json from the routes, and the typed client from openapi.json.
const json = await format(JSON.stringify(await renderOpenApi()), { ...(await resolveConfig('openapi.json')), parser: 'json' });
writeFileSync('openapi.json', json);
await createClient({
  input: 'openapi.json',
  output: { path: 'libs/client', clean: true },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
  logs: { level: 'silent' },
});
console.log('Wrote openapi.json and libs/client.');
process.exit(0);
