import { writeFormatted } from '../format/write-formatted.js';
import { renderOpenApi } from './render-openapi.js';
import { writeClient } from './write-client.js';

// `npm run openapi`: writes openapi.json from the routes, and the typed client from openapi.json.
writeFormatted('openapi.json', JSON.stringify(await renderOpenApi()));
await writeClient('libs/client');
console.log('Wrote openapi.json and libs/client.');
process.exit(0);
