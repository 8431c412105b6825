import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { startApi, WEBHOOK_SECRET } from '../factories/api.js';
import { IS_FULL, note } from '../factories/faults-report.js';
import { fuzzApi } from '../factories/fuzz.js';

const CALLS = IS_FULL ? 20_000 : 500;

it('S10: no input is our error: calls from openapi.json are answered below 500, on their schema, and with no other tenant’s bytes', async () => {
  const stripePort = await freePort();
  // Where the secret scanner publishes its keys: none.
  const port = await freePort();
  const scanner = http.createServer((_, response) => response.end('{"public_keys":[]}')).listen(port, '127.0.0.1');
  const api = await startApi({
    STRIPE_API_URL: `http://127.0.0.1:${stripePort}`,
    GITHUB_SECRET_SCANNING_KEYS_URL: `http://127.0.0.1:${port}/`,
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-stripe-'));
  const file = path.join(folder, 'stripe.db');
  const webhook = { webhookUrl: `${api.url}/v1/billing/stripe/webhook`, webhookSecret: WEBHOOK_SECRET };
  const stripe = await startLocalStripe({ file, port: stripePort, ...webhook });
  try {
    await fuzzApi(api, CALLS, process.env['FUZZ_SEED'] ? Number(process.env['FUZZ_SEED']) : undefined);
    expect((await fetch(`${api.url}/livez`)).status).toBe(200);
    note(
      'calls from openapi.json answered with a 5xx, off their schema or with another’s bytes',
      `0 of ${CALLS}`,
      '0',
      true,
    );
  } finally {
    await api.close();
    await stripe.close();
    scanner.close();
    rmSync(folder, { recursive: true });
  }
}, 3_600_000);
