import { createApi } from '../../apps/api/create-api.js';
import { buildOpenApi } from '../../apps/api/openapi.js';
import { readConfig } from '../../libs/platform/config/config.js';

/** The document that the running API would serve; connects to nothing, because nothing is started. */
export async function renderOpenApi(): Promise<object> {
  const config = readConfig({
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
    STRIPE_SECRET_KEY: 'sk_test_none',
    STRIPE_WEBHOOK_SECRET: 'none',
    KINDRED_SECRET: 'x'.repeat(32),
    LOG_LEVEL: 'silent',
  });
  return buildOpenApi(await createApi(config));
}
