import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configSchema, readConfig } from './config.js';
import { renderEnvExample } from './env-example.js';

const complete = {
  DATABASE_URL: 'postgresql://kindred_app@localhost/kindred',
  STRIPE_SECRET_KEY: 'sk_test',
  STRIPE_WEBHOOK_SECRET: 'whsec',
  KINDRED_SECRET: 'x'.repeat(32),
};

describe('configuration', () => {
  it('takes defaults for what is unset or empty', () => {
    expect(readConfig({ ...complete, S3_URL: '', PATH: '/bin' })).toMatchObject({
      PORT: 3000,
      PUBLIC_URL: 'http://localhost:3000',
    });
  });

  it('asks for the webhook secret next to the Stripe key, and for neither where there is no Stripe', () => {
    const { STRIPE_SECRET_KEY: _, STRIPE_WEBHOOK_SECRET: __, ...worker } = complete;
    expect(readConfig(worker).STRIPE_SECRET_KEY).toBeUndefined();
    expect(() => readConfig({ ...worker, STRIPE_SECRET_KEY: 'sk' })).toThrow(/STRIPE_WEBHOOK_SECRET/);
  });

  it('asks for a sender next to the mail server', () => {
    expect(() => readConfig({ ...complete, SMTP_URL: 'smtp://localhost' })).toThrow(/MAIL_FROM/);
  });

  it('keeps webhooks from private addresses unless told otherwise', () => {
    expect(readConfig(complete).KINDRED_WEBHOOKS_TO_PRIVATE_ADDRESSES).toBe(false);
    const told = { ...complete, KINDRED_WEBHOOKS_TO_PRIVATE_ADDRESSES: 'true' };
    expect(readConfig(told).KINDRED_WEBHOOKS_TO_PRIVATE_ADDRESSES).toBe(true);
  });

  it('names every wrong variable at once', () => {
    const wrong = () => readConfig({ ...complete, PORT: 'http', DATABASE_URL: 'mysql://x', KINDRED_SECRET: 'short' });
    expect(wrong).toThrow(/PORT/);
    expect(wrong).toThrow(/DATABASE_URL/);
    expect(wrong).toThrow(/KINDRED_SECRET/);
  });

  it('refuses a variable of ours that does not exist, which is most often misspelt', () => {
    expect(() => readConfig({ ...complete, KINDRED_DATA_DIRECTORY: '/x' })).toThrow(/KINDRED_DATA_DIRECTORY/);
  });

  it('is documented, variable by variable, in .env.example', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(renderEnvExample());
    for (const [name, field] of Object.entries(configSchema.shape)) expect(field.description, name).toBeTruthy();
  });
});
