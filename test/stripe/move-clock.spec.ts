import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { moveStripe } from '../../apps/launcher/move-clock.js';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-clock-'));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const stripe = await startLocalStripe({
  file: path.join(folder, 'stripe.db'),
  port,
  webhookUrl: `http://127.0.0.1:${await freePort()}/`,
  webhookSecret: 'whsec_of_a_test',
});
afterAll(async () => {
  await stripe.close();
  rmSync(folder, { recursive: true });
});

const now = async () => ((await (await fetch(`${url}/_clock`)).json()) as { now: number }).now;

it('the local Stripe comes to a later moment, and stays where it is for one that it has passed on the way', async () => {
  const before = await now();
  await moveStripe(url, before + 86_400);
  await expect.poll(now).toBeGreaterThanOrEqual(before + 86_400);
  await moveStripe(url, before + 10);
  expect(await now()).toBeGreaterThanOrEqual(before + 86_400);
});

it('says where no local Stripe is', async () => {
  await expect(moveStripe(`http://127.0.0.1:${await freePort()}`, 1)).rejects.toThrow(/^no local Stripe answers/);
});
