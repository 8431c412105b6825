import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Decimal } from '../../libs/platform/decimal.js';
import { launchBrowser, listenTo } from '../factories/browser.js';
import { Installation } from '../factories/installation.js';
import { until } from '../factories/until.js';

const OWNER = { email: 'owner@year.example', password: 'a long enough password' };
/** Of each month, as an operator has set it for the shop, so that a few calls are an overage. */
const INCLUDED = 50;
const GOOD_CARD = '4242 4242 4242 4242';
/** Is saved, and then declined at each payment. */
const FAILING_CARD = '4000 0000 0000 0341';
/** Calls at once. */
const CALLERS = 8;

let installation: Installation;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const complaints: string[] = [];
/** Where the deployment of the shop is called, and by what key. */
let call: { url: string; key: string };
/** Calls that were answered, by the start of the period in which they were made. */
const called = new Map<string, number>();

beforeAll(async () => {
  installation = await Installation.create();
  [browser] = await Promise.all([launchBrowser(), installation.start()]);
  context = await browser.newContext({ baseURL: installation.url, locale: 'en-US' });
  context.setDefaultTimeout(200_000);
  page = await context.newPage();
  listenTo(page, complaints);
});
afterAll(async () => {
  await browser?.close();
  await installation.remove();
});

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).first();
const see = (text: string | RegExp) => page.getByText(text).first().waitFor();
const get = async (address: string) => (await page.request.get(address)).json();
const upcoming = () => get('/v1/billing/invoices/upcoming');

/** `npm run clock`: what it prints. */
function clock(...args: string[]): Promise<string> {
  const env = { ...process.env, PORT: String(installation.port), KINDRED_DATA_DIR: installation.directory };
  return promisify(execFile)('npm', ['run', '-s', 'clock', '--', ...args], { env }).then(
    ({ stdout }) => stdout,
    ({ stderr }: { stderr: string }) => stderr,
  );
}

/** The platform and its Stripe together; nobody's session lives as long, so that the owner logs in again. */
async function moveClock(to: string): Promise<void> {
  expect(await clock(to)).toMatch(/^It is \d{4}-/);
  expect((await page.request.post('/v1/auth/login', { data: OWNER })).ok()).toBe(true);
}

/** To when the running period has ended, and to its invoice, which nobody waits for any more. */
async function endPeriod(): Promise<void> {
  const { periodStart, periodEnd } = await upcoming();
  await moveClock(new Date(Date.parse(periodEnd) + 6 * 3_600_000).toISOString());
  const statusOf = async () => {
    const invoices: Invoice[] = (await get('/v1/billing/invoices')).data;
    return invoices.find((each) => each.periodStart === periodStart)?.status ?? 'draft';
  };
  await until(async () => (await statusOf()) !== 'draft');
  if ((await statusOf()) === 'paid') return;
  // Stripe charges an hour after it was told to.
  await moveClock('+2h');
  await until(async () => (await statusOf()) === 'paid');
}

/** Calls the model so often, and waits until the running invoice has them. */
async function callModel(times: number): Promise<void> {
  const { periodStart } = await upcoming();
  let left = times;
  const callOn = async () => {
    while (left > 0) {
      left--;
      const { status } = await fetch(call.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${call.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ userId: '1', count: 1 }),
      });
      if (status === 200) called.set(periodStart, (called.get(periodStart) ?? 0) + 1);
      else left++;
      expect([200, 429]).toContain(status);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, callOn));
  await until(async () => Number(lineOf(await upcoming())?.quantity) === called.get(periodStart));
}

async function fillCard(number: string, submit: RegExp): Promise<void> {
  await page.getByLabel('Card number').fill(number);
  await page.getByRole('button', { name: submit }).click();
}

async function changeCard(number: string): Promise<void> {
  await page.goto('/billing');
  await button('Card, address, tax id and receipts').click();
  await fillCard(number, /^Change card/);
  await see(`ending in ${number.slice(-4)}`);
}

async function changePlan(to: string): Promise<void> {
  await page.goto('/billing');
  await button(`Change to ${to}`).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Change to ${to}` })
    .click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

interface Line {
  kind: string;
  plan: string;
  meter: string | null;
  deviceClass: string;
  periodStart: string;
  quantity: string;
  amount: string;
}
interface Invoice {
  id: string;
  number: string;
  status: string;
  periodStart: string;
  total: string;
  lines: Line[];
}

function lineOf({ lines }: { lines: Line[] }): Line | undefined {
  return lines.find(({ meter }) => meter === 'recommendation_requests');
}

describe('a year of a shop', () => {
  it('begins with a sign-up, a model of sample films, and a month on Free that costs nothing', async () => {
    await page.goto('/signup');
    await page.getByLabel('Email', { exact: true }).fill(OWNER.email);
    await page.getByLabel('Password', { exact: true }).fill(OWNER.password);
    await page.getByLabel('Organization name', { exact: true }).fill('Year shop');
    await button('Sign up').click();
    await button('Try with sample films').click();
    await see(/(better|worse) than “|^No better than “/);
    await button('Deploy').click();
    await page.getByRole('list', { name: 'Users of yours' }).getByRole('button').first().waitFor();
    await page.getByRole('link', { name: 'API keys', exact: true }).first().click();
    await button('New key').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Shop');
    await button('Create key').click();
    const curl = await page.getByTestId('curl').innerText();
    call = { url: /http\S+\/recommendations/.exec(curl)![0], key: /kin_live_\w+/.exec(curl)![0] };

    const operator = await browser.newContext({ baseURL: installation.url });
    await operator.request.post('/v1/auth/login', { data: installation.account('Operator') });
    const { organization } = await get('/v1/me');
    const override = { kind: 'included', resource: 'recommendation_requests', quantity: String(INCLUDED) };
    const put = await operator.request.put(`/v1/admin/organizations/${organization.id}/plan-overrides`, {
      data: { ...override, reason: 'A shop that calls little' },
    });
    expect(put.ok()).toBe(true);
    await operator.close();

    await callModel(60);
    await endPeriod();
  });

  it('goes on with Pro, whose calls beyond what is included are collected by card', async () => {
    await page.goto('/billing');
    await button('Change to Pro').click();
    await fillCard(GOOD_CARD, /^Pay/);
    await see('You are now on the Pro plan. Thank you.');
    await callModel(INCLUDED + 3_000);
    await endPeriod();
    await page.goto('/billing');
    await page.getByRole('row', { name: /Paid \$0\.60/ }).waitFor();
  });

  it('meets a card that fails: the shop is told, and from the seventh day on nothing new begins', async () => {
    await changeCard(FAILING_CARD);
    await callModel(INCLUDED + 10);
    await moveClock(new Date(Date.parse((await upcoming()).periodEnd) + 6 * 3_600_000).toISOString());
    await until(async () => (await upcoming()).overdue?.stage === 'grace');
    await page.goto('/billing');
    await see(/^A payment failed\. Pay before/);
    await moveClock('+7d');
    await until(async () => (await upcoming()).overdue?.stage === 'restricted');
    await page.goto('/billing');
    await see(/^A payment has failed for more than a week/);
    await callModel(1);
  });

  it('recovers by another card', async () => {
    await changeCard(GOOD_CARD);
    // The fee that was declined, which is paid on its own page.
    await page.getByRole('row', { name: /open/ }).getByRole('link').first().click();
    await fillCard(GOOD_CARD, /^Pay/);
    await see(/, paid$/);
    await until(async () => (await upcoming()).overdue === null);
    await page.goto('/billing');
    await see('Active');
    expect(await page.getByText(/^A payment/).count()).toBe(0);
    await endPeriod();
  });

  it('tries Scale, and goes back to Pro with the next month', async () => {
    await changePlan('Scale');
    await until(async () => (await upcoming()).plan.key === 'scale');
    await callModel(INCLUDED + 100);
    await changePlan('Pro');
    await see(/^Pro begins on/);
    await endPeriod();
    await until(async () => (await upcoming()).plan.key === 'pro');
    await callModel(INCLUDED + 20);
    await endPeriod();
  });

  it('cancels: Free begins with the next month, and costs nothing to the end of the year', async () => {
    await callModel(INCLUDED + 30);
    await changePlan('Free');
    await see(/^Free begins on/);
    await endPeriod();
    await until(async () => (await upcoming()).plan.key === 'free');
    await page.goto('/billing');
    await see('Your plan');
    for (let month = 0; month < 5; month++) await endPeriod();
  });

  it('is billed to the cent: each invoice is what its calls come to by the price list, and Stripe has charged no other sum', async () => {
    const { data } = await get('/v1/billing/invoices?limit=100');
    const invoices: Invoice[] = await Promise.all(data.map(({ id }: Invoice) => get(`/v1/billing/invoices/${id}`)));
    const { plans } = JSON.parse(readFileSync('prisma/price-list/price-list.json', 'utf8'));
    const unitAmountOf = (planName: string) => {
      const { price } = plans.find(({ name }: { name: string }) => name === planName);
      const { unitAmount, tiers } = price.meters.find((each: Line) => each.meter === 'recommendation_requests');
      return (unitAmount ?? tiers[0].unitAmount).usd;
    };
    const billed = new Map<string, number>();
    for (const { total, lines, status } of invoices) {
      expect(status).toBe('paid');
      expect(total).toBe(sumOf(lines).toFixed(2));
      for (const { meter, plan, periodStart, quantity, amount } of lines) {
        if (meter !== 'recommendation_requests') {
          // Nothing else is beyond what the plans include.
          expect(Number(amount)).toBe(0);
          continue;
        }
        const calls = Number(quantity);
        billed.set(periodStart, (billed.get(periodStart) ?? 0) + calls);
        const due = new Decimal(Math.max(0, calls - INCLUDED)).times(unitAmountOf(plan));
        expect([plan, calls, amount]).toEqual([plan, calls, due.toDecimalPlaces(2, Decimal.ROUND_HALF_UP).toFixed(2)]);
      }
    }
    const used = [...billed].filter(([, calls]) => calls > 0).sort();
    expect(used).toEqual([...called].sort());

    const stripe = new Stripe('sk_test_local', {
      host: 'localhost',
      port: installation.port + 1,
      protocol: 'http',
    });
    const charged = (await stripe.invoices.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 })).filter(
      ({ metadata }) => metadata?.['invoice_id'],
    );
    const ours = invoices.filter(({ total }) => Number(total) > 0);
    expect(charged.map(({ number, total, status }) => [number, total, status]).sort()).toEqual(
      ours.map(({ number, total }) => [number, Math.round(Number(total) * 100), 'paid']).sort(),
    );
    expect(complaints).toEqual([]);
  });
});

describe('npm run clock', () => {
  it('goes forward only, for sessions too, and says how a time is written', async () => {
    expect(await clock('2026-01-01T00:00:00Z')).toMatch(/only goes forward/);
    expect(await clock('tomorrow')).toMatch(/tomorrow is neither \+30d/);
    await clock('+30d');
    expect((await page.request.get('/v1/me')).status()).toBe(401);
  });
});

function sumOf(lines: Line[]): Decimal {
  return lines.reduce((sum, { amount }) => sum.plus(amount), new Decimal(0));
}
