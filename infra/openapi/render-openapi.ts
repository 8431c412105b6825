import { createApi } from '../../apps/api/create-api.js';
import { buildOpenApi } from '../../apps/api/openapi.js';

/** The document that the running API would serve; connects to nothing, because nothing is started. */
export async function renderOpenApi(): Promise<object> {
  const app = await createApi({
    PORT: 3000,
    HOST: '127.0.0.1',
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
    STRIPE_SECRET_KEY: 'sk_test_none',
    STRIPE_WEBHOOK_SECRET: 'none',
    PUBLIC_URL: 'http://localhost:3000',
    KINDRED_SECRET: 'x'.repeat(32),
    KINDRED_DATA_DIR: '.kindred',
    KINDRED_UPLOAD_BYTES_MAX: 1,
    KINDRED_SEED: 'none',
    LOG_LEVEL: 'silent',
  });
  return buildOpenApi(app);
}
