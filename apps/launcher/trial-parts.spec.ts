import { describe, expect, it } from 'vitest';
import { readConfig } from '../../libs/platform/config/config.js';
import { isForTrying, refuseTrialParts } from './trial-parts.js';

const embedded = { DATABASE_URL: 'postgresql://embedded', KINDRED_SECRET: 'x'.repeat(32) };
const start = (environment: NodeJS.ProcessEnv) => () =>
  refuseTrialParts(environment, readConfig({ ...embedded, ...environment }));

const DATABASE_URL = 'postgresql://owner@db.example/kindred';
const PUBLIC_URL = 'https://kindred.example';
const STRIPE = { STRIPE_SECRET_KEY: 'sk_live', STRIPE_WEBHOOK_SECRET: 'whsec' };

describe('the demo and the local Stripe', () => {
  it('come by themselves where everything is on this machine', () => {
    expect(start({})).not.toThrow();
    expect(start({ PUBLIC_URL: 'http://localhost:4000' })).not.toThrow();
  });

  it.each([{ DATABASE_URL }, { PUBLIC_URL }, { DATABASE_URL, PUBLIC_URL }])(
    'are refused where they were not asked for: %j',
    (real) => {
      expect(start({ ...real, ...STRIPE })).toThrow(/KINDRED_SEED=none/);
      expect(start({ ...real, KINDRED_SEED: 'none' })).toThrow(/STRIPE_SECRET_KEY.*KINDRED_LOCAL_STRIPE=true/);
      expect(start({ ...real, KINDRED_SEED: 'none', KINDRED_LOCAL_STRIPE: 'false' })).toThrow(/STRIPE_SECRET_KEY/);
      expect(start({ ...real, ...STRIPE, KINDRED_SEED: 'none' })).not.toThrow();
      expect(start({ ...real, KINDRED_SEED: 'demo', KINDRED_LOCAL_STRIPE: 'true' })).not.toThrow();
    },
  );
});

it('mails are shown to everyone where nobody else reaches this machine', () => {
  const isTrial = (environment: NodeJS.ProcessEnv) =>
    isForTrying(environment, readConfig({ ...embedded, ...environment }));
  expect(isTrial({})).toBe(true);
  expect(isTrial({ PUBLIC_URL: 'http://127.0.0.1:4000' })).toBe(true);
  for (const real of [{ DATABASE_URL }, { PUBLIC_URL }, { PUBLIC_URL: 'http://kindred.example' }])
    expect(isTrial(real), JSON.stringify(real)).toBe(false);
});
