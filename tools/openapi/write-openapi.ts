import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { renderOpenApi } from './render-openapi.js';
import { writeClient } from './write-client.js';

// `npm run openapi`: writes openapi.json from the routes, and the typed client from openapi.json.
const json = await format(JSON.stringify(await renderOpenApi()), {
  ...(await resolveConfig('openapi.json')),
  parser: 'json',
});
writeFileSync('openapi.json', json);
await writeClient('libs/client');
console.log('Wrote openapi.json and libs/client.');
process.exit(0);
