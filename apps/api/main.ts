import { readConfig } from '../../libs/platform/config/config.js';
import { stopOnSignal } from '../../libs/platform/telemetry/lifecycle.js';
import { createApi } from './create-api.js';
import { serveMetrics } from './metrics.js';

// Journal, mail and objects are this account's alone.
process.umask(0o077);
const config = readConfig();
const app = await createApi(config);
stopOnSignal(app, config.KINDRED_DRAIN_SECONDS);
await serveMetrics(config);
await app.listen(config.PORT, config.HOST);
process.send?.('ready');
