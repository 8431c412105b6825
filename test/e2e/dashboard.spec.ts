import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tasteCsv } from '../factories/api.js';
import { launchBrowser, listenTo, violationsIn, widthBeyond } from '../factories/browser.js';
import { Installation } from '../factories/installation.js';
import { demoPages, PUBLIC_PAGES } from '../factories/pages.js';

/** Of a first visit. */
const SCRIPT_BYTES_MAX = 200 * 1024;
const IS_FULL = Boolean(process.env['E2E_FULL']);

let installation: Installation;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What the browser complained of: scripts that the content security policy stopped, exceptions. */
const complaints: string[] = [];

beforeAll(async () => {
  installation = await Installation.create();
  [browser] = await Promise.all([launchBrowser(), installation.start()]);
  context = await browser.newContext({
    baseURL: installation.url,
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
  });
  context.setDefaultTimeout(120_000);
  page = await openPage();
});
afterAll(async () => {
  await browser?.close();
  await installation.remove();
});

async function openPage(): Promise<Page> {
  const opened = await context.newPage();
  listenTo(opened, complaints);
  return opened;
}

/** By the sidebar. */
const goTo = (name: string) =>
  page
    .getByRole('navigation', { name: /^(Project|Organization)$/ })
    .getByRole('link', { name, exact: true })
    .click();
const button = (name: string) => page.getByRole('button', { name, exact: true });
const fill = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);

/** Of a list of data sets, whose options say their rows and date too. */
async function choose(list: string, name: string): Promise<void> {
  const select = page.getByRole('combobox', { name: list });
  const option = select.locator('option', { hasText: name });
  await select.selectOption(await option.getAttribute('value'));
}

async function createDataSet(name: string, kind: string, csv: string): Promise<void> {
  await goTo('Data sets');
  await page.getByRole('heading', { name: 'Data sets', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'New data set' }).click();
  await page.getByRole('heading', { name: 'New data set', level: 1 }).waitFor();
  const file = path.join(installation.directory, `${name}.csv`);
  writeFileSync(file, csv);
  await page.getByLabel('Data file').setInputFiles(file);
  // Both are guessed.
  expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe(name);
  expect(await page.getByRole('combobox', { name: 'Kind' }).inputValue()).toBe(kind);
  await page.getByRole('button', { name: /^Import / }).click();
  await page.getByRole('tab', { name: 'Imports' }).waitFor();
}

/** Another browser, in which the operator is logged in. */
async function operate(): Promise<{ visitor: BrowserContext; visit: Page }> {
  const { email, password } = installation.account('Operator');
  const visitor = await browser.newContext({ baseURL: installation.url, locale: 'en-US' });
  await visitor.request.post('/v1/auth/login', { data: { email, password } });
  visitor.setDefaultTimeout(120_000);
  const visit = await visitor.newPage();
  listenTo(visit, complaints);
  return { visitor, visit };
}

describe('the first minutes', () => {
  /** Another person, who counts what they press; with the keyboard, they come to everything by Tab alone. */
  const newcomer = async (email: string, hasMouse: boolean) => {
    const visitor = await browser.newContext({
      baseURL: installation.url,
      locale: 'en-US',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    visitor.setDefaultTimeout(120_000);
    const visit = await visitor.newPage();
    listenTo(visit, complaints);
    const startMs = performance.now();
    let clicks = 0;
    const hasFocus = (target: Locator) => target.evaluate((element) => element === document.activeElement);
    const tabTo = async (target: Locator) => {
      await target.waitFor({ state: 'attached' });
      for (let tabs = 0; !(await hasFocus(target)); tabs++) {
        expect(tabs, `Tab comes to ${target}`).toBeLessThan(100);
        await visit.keyboard.press('Tab');
      }
    };
    const press = async (target: Locator) => {
      clicks++;
      if (hasMouse) return target.click();
      await tabTo(target);
      await visit.keyboard.press('Enter');
    };
    const write = async (target: Locator, text: string) => {
      if (hasMouse) return target.fill(text);
      await tabTo(target);
      await visit.keyboard.type(text);
    };
    const buttonOf = (name: string | RegExp) => visit.getByRole('button', { name, exact: true }).first();
    const pressButton = (name: string | RegExp) => press(buttonOf(name));
    await visit.goto('/signup');
    await write(visit.getByLabel('Email', { exact: true }), email);
    await write(visit.getByLabel('Password', { exact: true }), 'a long enough password');
    await write(visit.getByLabel('Organization name', { exact: true }), 'Newcomers');
    await pressButton('Sign up');
    const atStart = () => visit.locator('main:focus').waitFor();
    await atStart();
    /** From a trained model to an answer by curl. */
    const goLive = async () => {
      await visit.getByText(/(better|worse) than “|^No better than “/).waitFor();
      await pressButton('Deploy');
      const users = visit.getByRole('list', { name: 'Users of yours' });
      await press(users.getByRole('button').first());
      await visit.getByRole('list', { name: 'Recommendations' }).getByRole('listitem').first().waitFor();
      await press(visit.getByRole('link', { name: 'API keys', exact: true }).first());
      await pressButton('New key');
      await write(visit.getByRole('textbox', { name: 'Name' }), 'Shop');
      await pressButton('Create key');
      const curl = await visit.getByTestId('curl').innerText();
      if (!hasMouse) {
        await press(visit.getByRole('dialog').getByRole('button', { name: 'Copy' }).last());
        await expect.poll(() => visit.evaluate(() => navigator.clipboard.readText())).toBe(curl);
        await pressButton('Done');
        // Through both dialogs, to what opened the first.
        await expect.poll(() => hasFocus(buttonOf('New key'))).toBe(true);
      }
      const { stdout } = await promisify(execFile)('sh', ['-c', curl.replace('curl', "curl -s -w '\\n%{http_code}'")]);
      const [answer, status] = stdout.trim().split(/\n(?=\d+$)/);
      expect([status, JSON.parse(answer!).source]).toEqual(['200', 'model']);
      const seconds = Math.round((performance.now() - startMs) / 1_000);
      console.log(`${hasMouse ? 'clicks' : 'keys'}=${clicks} seconds=${seconds}`);
      if (hasMouse) expect(clicks).toBeLessThanOrEqual(8);
      await visitor.close();
    };
    return { visit, tabTo, press, buttonOf, pressButton, goLive, atStart };
  };

  it('lead from signing up by sample films to an answer of a model to curl, in eight clicks at most, over a reload', async () => {
    const { visit, pressButton, goLive } = await newcomer('films@example.com', true);
    await pressButton('Try with sample films');
    await visit.waitForURL(/sample=recommendation/);
    await visit.reload();
    await goLive();
  });

  it('lead there by a file of one’s own and the keyboard alone too: what each header is taken for is seen before it is sent', async () => {
    const { visit, tabTo, press, buttonOf, pressButton, goLive, atStart } = await newcomer('file@example.com', false);
    const csv = tasteCsv(120).replace(/^.*/, 'customer,sku,stars,when');
    const buffer = Buffer.from(`${csv.trimEnd()}\n,item-1,5,1\n`);
    // Long before it opens: the browser is told in a call of its own that we answer it.
    const chooser = visit.waitForEvent('filechooser');
    await tabTo(visit.getByLabel('Data file'));
    await visit.keyboard.press('Enter');
    await (await chooser).setFiles({ name: 'orders.csv', mimeType: 'text/csv', buffer });
    await atStart();
    const takenFor = (header: string) => visit.getByRole('combobox', { name: `What ${header} is` });
    const isOf = (header: string) => takenFor(header).inputValue();
    expect([await isOf('customer'), await isOf('sku'), await isOf('when')]).toEqual([
      'user_id',
      'item_id',
      'timestamp',
    ]);
    await tabTo(takenFor('stars'));
    const guessed = await isOf('stars');
    await visit.keyboard.press('ArrowUp');
    expect(await isOf('stars')).not.toBe(guessed);
    await visit.keyboard.press('ArrowDown');
    expect(await isOf('stars')).toBe(guessed);
    expect(await violationsIn(visit)).toEqual([]);
    // What was said just now is being looked at.
    await expect.poll(() => buttonOf(/^Import /).getAttribute('aria-busy')).toBeNull();
    await pressButton(/^Import /);
    // Whoever wants another recipe than the usual one comes to the form for it, and back.
    await press(visit.getByRole('link', { name: 'Choose recipe and settings' }));
    await visit.getByRole('dialog', { name: 'New model' }).waitFor();
    await visit.keyboard.press('Escape');
    await visit.waitForURL(/\/models$/);
    await visit.goBack();
    await pressButton('Train a model');
    await goLive();
  });
});

describe('a visitor', () => {
  it('sees on the start page what a model recommends, what it costs, and what their month would cost', async () => {
    const visitor = await browser.newContext({ baseURL: installation.url, locale: 'en-US' });
    visitor.setDefaultTimeout(120_000);
    const visit = await visitor.newPage();
    listenTo(visit, complaints);
    const scripts = new Map<string, Promise<Buffer>>();
    visit.on('response', (answer) => {
      if (answer.request().resourceType() === 'script') scripts.set(answer.url(), answer.body());
    });
    await visit.goto('/');
    await visit.getByText(/^Pro: \$49\.00 a month/).waitFor();
    const people = visit.getByRole('group', { name: 'People by what they liked' }).getByRole('button');
    const recommended = visit.getByRole('list', { name: 'The model recommends' }).getByRole('listitem');
    await recommended.first().waitFor();
    const first = await recommended.allInnerTexts();
    await people.nth(1).press('Enter');
    await expect.poll(() => recommended.allInnerTexts()).not.toEqual(first);
    expect(await people.nth(1).getAttribute('aria-pressed')).toBe('true');
    expect(await recommended.count()).toBeGreaterThan(3);

    await visit.getByRole('link', { name: 'See prices' }).click();
    await visit.getByRole('spinbutton', { name: 'Calls a month' }).fill('250001');
    const lines = visit.getByRole('table', { name: 'Estimate for Pro' });
    await lines.getByRole('row', { name: 'Recommendation requests 250,001 $30.00' }).waitFor();
    await visit.getByText('Recommendation requests: 10,000 at most', { exact: true }).last().waitFor();
    await visit.getByRole('button', { name: 'Text labels' }).click();
    await lines.getByRole('row', { name: 'Classified texts 250,001 $15.00' }).waitFor();
    await visit.getByRole('link', { name: 'Log in' }).click();
    await visit.getByRole('link', { name: 'Back to the start page' }).click();
    await recommended.first().waitFor();
    // Of all these pages together.
    const sizes = (await Promise.all(scripts.values())).map((script) => gzipSync(script).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(SCRIPT_BYTES_MAX);
    await visitor.close();
  });
});

describe('whoever chose a plan', () => {
  const account = { email: 'chooser@example.com', password: 'a long enough password' };
  const signUp = async (visit: Page, password: string) => {
    await visit.goto('/pricing');
    await visit.getByRole('link', { name: 'Start free, then Pro' }).click();
    await visit.getByLabel('Email', { exact: true }).fill(account.email);
    await visit.getByLabel('Password', { exact: true }).fill(password);
    await visit.getByLabel('Organization name', { exact: true }).fill('Choosers');
    await visit.getByRole('button', { name: 'Sign up' }).click();
  };

  it('comes by signing up to its payment, and is not asked to log in again', async () => {
    const visitor = await browser.newContext({ baseURL: installation.url, locale: 'en-US' });
    visitor.setDefaultTimeout(120_000);
    const visit = await visitor.newPage();
    listenTo(visit, complaints);
    await signUp(visit, account.password);
    await visit.waitForURL(/\/billing\?plan=pro$/);
    await visit.getByRole('button', { name: 'Pay for Pro' }).waitFor();
    expect(await violationsIn(visit)).toEqual([]);
    for (const [address, led] of [
      ['/login?returnTo=%2Fusage', '/usage'],
      ['/login', '/projects'],
      ['/signup?plan=pro', '/billing'],
    ]) {
      await visit.goto(address!);
      await visit.waitForURL(({ pathname }) => pathname === led);
    }
    await visit.getByRole('button', { name: 'Find' }).waitFor();
    await visit.keyboard.press('Control+k');
    await visit.getByRole('searchbox', { name: 'Find' }).fill('invo');
    await visit.getByRole('menuitem', { name: /^Billing/ }).waitFor();
    await visit.goto('/pricing');
    await visit.getByRole('link', { name: 'Dashboard' }).click();
    await visit.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
    // Whose session ends meanwhile logs in again, and is not led in a circle.
    await visitor.clearCookies();
    await visit.getByRole('link', { name: 'Usage', exact: true }).click();
    await visit.waitForURL(/\/login\?returnTo=%2Fusage/);
    await visit.getByRole('button', { name: 'Log in', exact: true }).waitFor();
    await visitor.close();
  });

  it('with an address that has an account is led to the log-in, and from there to the payment', async () => {
    const visitor = await browser.newContext({ baseURL: installation.url, locale: 'en-US' });
    visitor.setDefaultTimeout(120_000);
    const visit = await visitor.newPage();
    await signUp(visit, 'another long password');
    await visit.getByText(/^This address may have an account already/).waitFor();
    expect(await visit.getByText('No account has this email and password.').count()).toBe(0);
    expect(await violationsIn(visit)).toEqual([]);
    await visit.getByRole('link', { name: 'log in', exact: true }).click();
    await visit.getByLabel('Email', { exact: true }).fill(account.email);
    await visit.getByLabel('Password', { exact: true }).fill(account.password);
    await visit.getByRole('button', { name: 'Log in', exact: true }).click();
    await visit.waitForURL(/\/billing\?plan=pro$/);
    await visitor.close();
  });
});

describe('a newcomer in the browser', () => {
  it('comes from signing up to a working curl, and sees what it costs', async () => {
    await page.goto('/signup');
    await fill('Email', 'newcomer@example.com');
    await fill('Password', 'a long enough password');
    await fill('Organization name', 'Corner shop');
    await button('Sign up').click();
    await button('Try with sample films').waitFor();
    await page.goto('/');
    await button('New project').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Shop');
    await button('Create project').dblclick();

    await createDataSet('Purchases', 'interactions', `${tasteCsv(120)}\n,item-1,5,1\n`);
    await page.getByText(/^1 row of the latest file was rejected/).waitFor();
    await page.getByRole('row', { name: 'user-0 ' }).first().waitFor();
    await page.getByRole('tab', { name: 'Quality' }).click();
    await page.getByText('Users by number of interactions').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Imports' }).click();
    await page.getByText('user_id is empty').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await createDataSet(
      'Products',
      'items',
      'item_id,title\nitem-0,"Blue, teapot"\nitem-10,Green cup\nitem-20,Red bowl\n',
    );
    await page.getByRole('row', { name: /^item-0 Blue, teapot \d+$/ }).waitFor();

    await goTo('Models');
    await button('New model').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('For you');
    await page.getByRole('combobox', { name: 'Recipe' }).selectOption('recommender/ials');
    // The one with most rows is proposed, and each says how many it has and since when.
    const proposed = page.getByRole('combobox', { name: 'Interactions data set' }).locator('option:checked');
    expect(await proposed.innerText()).toMatch(/^Purchases – [\d,]+ rows, .*20\d\d/);
    await choose('Items data set', 'Products');
    // Twice before the screen could be drawn anew.
    await button('Create model').evaluate((pressed: HTMLButtonElement) => {
      pressed.click();
      pressed.click();
    });
    await page.getByText(/^How long is not known yet: .* of the month’s included training is left\.$/).waitFor();
    await button('Start training').first().dblclick();
    await page.getByText('Succeeded', { exact: true }).first().waitFor();
    expect(await page.title()).toBe('For you · Shop · Kindred');
    const namesOf = async (list: string) => {
      const { data } = await (await page.request.get(`/v1/${list}`)).json();
      return (data as { name: string }[]).map(({ name }) => name);
    };
    // However often it was pressed, one of each.
    expect((await namesOf('projects')).filter((name) => name === 'Shop')).toHaveLength(1);
    const project = /projects\/[^/]+/.exec(page.url())![0];
    expect(await namesOf(`${project}/models`)).toEqual(['For you']);
    expect(await namesOf(`${project}/training-jobs`)).toHaveLength(1);
    await page.getByText('users find something that they chose among the first 20.').waitFor();
    await page.getByRole('figure', { name: /^NDCG@100: Most popular .* Model/ }).waitFor();
    await page.getByText(/^About .* by 1 earlier training of it\./).waitFor();

    await button('Deploy').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Home page');
    await button('Create deployment').click();
    await page.getByRole('textbox', { name: 'User id' }).fill('user-0');
    await button('Recommend').click();
    const list = page.getByRole('list', { name: 'Recommendations' });
    await list.getByText('Blue, teapot').waitFor();

    await goTo('API keys');
    await button('New key').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Web shop');
    await page.getByText(/^Advanced/).click();
    await page.getByRole('checkbox', { name: 'Home page' }).check();
    await button('Create key').click();
    const key = await page.getByTestId('api-key').innerText();
    const curl = await page.getByTestId('curl').innerText();
    expect(key).toMatch(/^kin_live_\w{36}$/);
    expect(curl).toContain(key);
    const { stdout } = await promisify(execFile)('sh', ['-c', curl.replace('curl', 'curl -s')]);
    expect(JSON.parse(stdout).items.length).toBeGreaterThan(0);
    await button('Done').click();
    await page.getByText('Only Home page').waitFor();

    await button('Rotate Web shop').click();
    await page.getByRole('combobox', { name: 'The old key stops working' }).selectOption('In 7 days');
    await button('Make new key').click();
    const rotated = await page.getByTestId('api-key').innerText();
    expect(rotated).toMatch(/^kin_live_\w{36}$/);
    expect(rotated).not.toBe(key);
    await button('Done').click();
    await page.getByRole('row', { name: /Web shop .* Expires/ }).waitFor();
    expect(await page.getByText('Only Home page').count()).toBe(2);
  });

  it('calls an operation that no screen was drawn for: JSON in, JSON out', async () => {
    await page.route('**/v1/families', async (route) => {
      const response = await route.fetch();
      const body = await response.text();
      await route.fulfill({
        response,
        body: body.replaceAll('"task":"recommendation"', '"task":"a task of tomorrow"'),
      });
    });
    await goTo('Deployments');
    await page.getByRole('link', { name: 'Home page', exact: true }).click();
    await page.reload();
    const request = page.getByRole('textbox', { name: 'Body' });
    expect(JSON.parse(await request.inputValue())).toMatchObject({ limit: 10, personalized: true });
    await request.fill('{"userId": ');
    await button('Send').click();
    await page.getByText('This is not a valid value.').waitFor();
    await request.fill('{"userId": "user-0", "limit": 3}');
    await button('Send').click();
    expect(JSON.parse(await page.getByTestId('answer').innerText()).items).toHaveLength(3);
    await page.unroute('**/v1/families');

    // Refused before it came to a deployment, so that no row of the log is of it: the id can be copied.
    const alert = page.getByRole('alert');
    await request.fill('{"userId": "user-0", "limit": 100000}');
    await button('Send').click();
    await alert.getByText(/^limit: must be at most \d+$/).waitFor();
    await alert.getByRole('button', { name: 'Copy' }).waitFor();
    // Refused by the deployment: the id leads to its row, once that is written.
    await page.route('**/recommendations', (route) =>
      route.continue({
        url: route.request().url().replace('recommendations', 'classifications'),
        postData: '{"text": "x"}',
      }),
    );
    await request.fill('{"userId": "user-0"}');
    await button('Send').click();
    await alert.getByText(/^This deployment serves the task recommendation/).waitFor();
    const requestId = await alert.getByRole('link').innerText();
    await alert.getByRole('link').click();
    expect(await page.getByRole('dialog', { name: 'Call' }).getByTestId('request-id').innerText()).toBe(requestId);
    await page.unroute('**/recommendations');
    await page.goBack();
    await page.reload();
  });

  it('watches a model learn, and finds its course again after a reload', async () => {
    await goTo('Models');
    await button('New model').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Ratings');
    await page.getByRole('combobox', { name: 'Recipe' }).selectOption('recommender/embedding-mf');
    await page.locator('summary', { hasText: 'Settings' }).click();
    // Long enough to be seen at work.
    const settings = { Factors: '256', Epochs: '400', 'Batch size': '16' };
    for (const [name, value] of Object.entries(settings)) await page.getByRole('spinbutton', { name }).fill(value);
    await button('Create model').click();
    await button('Start training').first().click();
    await page.getByRole('list', { name: 'Stages of the training' }).waitFor();
    const curve = page.getByRole('figure', { name: /^Loss, Training: / });
    await curve.waitFor();
    await page.getByText('Time left').waitFor();
    // Trainings come after everything else that the machine does.
    await page.getByText('Succeeded', { exact: true }).waitFor({ timeout: 240_000 });
    await page.reload();
    await page.getByText('Progress and log', { exact: true }).click();
    await curve.waitFor();
    await page.getByText('Examples per second').waitFor();
    expect(await curve.getAttribute('aria-label')).toMatch(/at epoch 1, .* at epoch 400\./);
    expect(await violationsIn(page)).toEqual([]);
  });

  it('sees the calls in usage and the upcoming invoice, and upgrades through Checkout', async () => {
    await goTo('Usage');
    await page.getByRole('row', { name: /^Home page Shop 1 .* 2$/ }).waitFor();
    await page.getByRole('row', { name: /^Recommendation requests 1 of 10,000 \$0\.00/ }).waitFor();
    await button('Choose days').click();
    // The focus is on the last of the days shown, which is today.
    await page.locator('td :focus').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.waitForURL(/from=\d{4}-\d\d-\d\d&to=/);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await expect.poll(focused).toBe('Choose days');
    await page.getByRole('row', { name: /^Home page Shop 1 .* 2$/ }).waitFor();
    const csv = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download CSV' }).click();
    expect((await csv).suggestedFilename()).toBe('usage.csv');
    await goTo('Billing');
    const invoice = page.getByRole('table', { name: 'Upcoming invoice' });
    await invoice.getByText(/Free/).first().waitFor();
    await button('Change to Pro').click();
    await page.getByRole('textbox', { name: 'Card number' }).fill('4242 4242 4242 4242');
    await button('Pay $49.00').click();
    await page.waitForURL(/checkout=success&plan=pro/);
    await invoice
      .getByText(/Pro plan/)
      .first()
      .waitFor();
    await invoice
      .getByText(/49\.00/)
      .first()
      .waitFor();
  });

  it('caps what it spends, and finds its call in the request log', async () => {
    await goTo('Limits');
    await button('Set a limit').click();
    await page.getByRole('combobox', { name: 'Limit on' }).selectOption('Recommendation requests');
    await page.getByRole('spinbutton', { name: 'At most' }).fill('0');
    // Paying began a new one.
    await page.getByText(/^0 already used in this billing period/).waitFor();
    await page.getByRole('combobox', { name: 'Limit on' }).selectOption('Spend');
    await page.getByRole('spinbutton', { name: 'At most' }).fill('20');
    await button('Set limit').click();
    await page.getByRole('row', { name: /Whole organization Spend \$0\.\d+ of \$20\.00/ }).waitFor();

    await goTo('Request log');
    const call = page.getByRole('row', { name: /200 POST .*recommendations .* ms Web shop/ });
    await call.waitFor();
    await page.getByRole('combobox', { name: 'Status' }).selectOption('4xx: refused');
    await page.getByRole('row', { name: /409 wrong_task POST .*Dashboard/ }).waitFor();
    await call.waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'Status' }).selectOption('5xx');
    await page.getByText('No calls').waitFor();
    const csv = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download CSV' }).click();
    expect((await csv).suggestedFilename()).toBe('request-log.csv');
    await button('Clear').click();
    await call.waitFor();
  });

  it('sees broken calls come in, reads what their error means, and narrows the log by chips and bars', async () => {
    const [project] = (await (await page.request.get('/v1/projects')).json()).data;
    const data = { name: 'Broken client', scopes: ['deployments:call'] };
    const { key } = await (await page.request.post(`/v1/projects/${project.id}/api-keys`, { data })).json();
    const route = `/v1/deployments/${crypto.randomUUID()}/recommendations`;
    await page.reload();
    await page.getByRole('switch', { name: 'Live' }).click();
    for (let call = 0; call < 2; call++) {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      await fetch(`${installation.url}${route}`, { method: 'POST', headers, body: '{"userId": ' });
    }
    const broken = page.getByRole('row', { name: /400 bad_request POST .* ms Broken client/ });
    await broken.nth(1).waitFor();
    await page.getByRole('switch', { name: 'Live' }).click();

    await fill('Path', route);
    const good = page.getByRole('row', { name: /200 POST/ }).first();
    await good.waitFor({ state: 'detached' });
    await broken.first().getByRole('link').click();
    const call = page.getByRole('dialog', { name: 'Call' });
    await call.getByText('The body is not valid JSON.').waitFor();
    const curl = await call.getByTestId('curl').innerText();
    expect(curl).toContain(`'${installation.url}${route}'`);
    expect(curl).not.toContain(key);
    expect(await violationsIn(page)).toEqual([]);
    await call.getByRole('link', { name: 'The same error: 2 times in 24 h' }).click();
    await call.waitFor({ state: 'detached' });
    await button('Remove filter: Error code').waitFor();

    await page.getByText('Show as a table').click();
    const bars = page.getByRole('table', { name: 'Calls over time, by status' });
    await bars
      .getByRole('row', { name: / 0 [1-9] 0$/ })
      .first()
      .getByRole('button')
      .click();
    await page.waitForURL(/[?&]to=/);
    await broken.first().waitFor();
    await button('Clear').click();
    await good.waitFor();

    // What the API would refuse, or no page knows, leaves the address; what is right stays.
    await page.goto('/request-log?from=bogus&to=1&status=zz&projectId=x&call=x&utm_source=mail&errorCode=bad_request');
    await broken.first().waitFor();
    expect(new URL(page.url()).search).toBe('?errorCode=bad_request');
    // A call that was open before the page was has a row to go back to.
    await broken.first().getByRole('link').click();
    await page.reload();
    await call.getByTestId('curl').waitFor();
    await page.keyboard.press('Escape');
    await call.waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate(() => document.activeElement?.hasAttribute('data-call'))).toBe(true);
    // Nor does the focus fall out of the page that is gone to over an open one.
    await broken.first().getByRole('link').click();
    await call.waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('searchbox').fill('Usage');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/usage/);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.goBack();
    await call.waitFor();
    await page.keyboard.press('Escape');
    await call.waitFor({ state: 'detached' });
    await page.setViewportSize({ width: 800, height: 800 });
    await button('Open the navigation').click();
    await page.getByRole('dialog', { name: 'Main' }).waitFor();
    await page.keyboard.press('Escape');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await expect.poll(focused).toBe('Open the navigation');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Main' }).waitFor();
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('dialog', { name: 'Main' }).waitFor({ state: 'detached' });
  });

  it('tries a deployment on users of its own, connects a program to it, sees its traffic, and rolls a version back', async () => {
    // Whoever is signed in goes on from the start page to their projects.
    await page.goto('/');
    await page.waitForURL('**/projects');
    await page.getByRole('link', { name: /^Shop/ }).click();
    await goTo('Deployments');
    await page.getByRole('link', { name: 'Home page', exact: true }).click();
    const users = page.getByRole('list', { name: 'Users of yours' });
    await users.getByRole('button').nth(1).click();
    const userId = await page.getByRole('textbox', { name: 'User ID' }).inputValue();
    expect(userId).toMatch(/^user-\d+$/);
    await page.getByRole('list', { name: 'Latest interactions' }).getByRole('listitem').first().waitFor();
    await page.getByText('Ranked by the model', { exact: true }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await button('JSON').click();
    const { recommendationId: _, ...tried } = JSON.parse(await page.getByTestId('json').innerText());

    // What the code to copy answers is what was tried.
    await page.getByRole('tab', { name: 'Connect' }).click();
    const curl = await page.getByTestId('curl').innerText();
    expect(curl).toContain(`"userId":"${userId}"`);
    await button('Run').click();
    expect(JSON.parse(await page.getByTestId('answer').innerText())).toMatchObject(tried);
    const project = `/v1/projects/${/projects\/([^/]+)/.exec(page.url())![1]}`;
    const scopes = { name: 'Program', scopes: ['deployments:call'] };
    const { key } = await (await context.request.post(`${project}/api-keys`, { data: scopes })).json();
    const env = { ...process.env, KINDRED_API_KEY: key };
    const { stdout } = await promisify(execFile)('sh', ['-c', curl], { env });
    expect(JSON.parse(stdout)).toMatchObject(tried);
    expect(await violationsIn(page)).toEqual([]);

    await page.getByRole('tab', { name: 'Traffic' }).click();
    await page.reload();
    await page.getByRole('figure', { name: /calls over time: \d+ answered, 0 failed/ }).waitFor();
    await page.getByRole('figure', { name: /^Latency over time/ }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole('link', { name: 'Answered', exact: true }).click();
    await page
      .getByRole('row', { name: /200 POST .*recommendations/ })
      .first()
      .waitFor();
    await page.goBack();

    const deploymentId = /deployments\/([^/?]+)/.exec(page.url())![1]!;
    const { modelId } = await (await context.request.get(`${project}/deployments/${deploymentId}`)).json();
    const job = await (await context.request.post(`${project}/models/${modelId}/training-jobs`)).json();
    const jobOf = async () => (await context.request.get(`${project}/training-jobs/${job.id}`)).json();
    await expect.poll(async () => (await jobOf()).status, { timeout: 120_000 }).toBe('succeeded');
    await page.reload();
    const live = page.getByTestId('live-version');
    await button('Switch version').click();
    await page.getByRole('combobox', { name: 'Version to serve' }).selectOption({ index: 0 });
    await page.getByRole('dialog').getByRole('button', { name: 'Switch version' }).click();
    await live.getByText('Version 2', { exact: true }).waitFor();
    // Two versions side by side, by two calls that a key could not make.
    await page.getByRole('tab', { name: 'Try it' }).click();
    await page.getByRole('combobox', { name: 'Compare with…' }).selectOption({ label: 'Version 1' });
    await users.getByRole('button').nth(1).click();
    await page.getByRole('heading', { name: 'Version 2 · Live' }).waitFor();
    await page.getByRole('heading', { name: 'Version 1', exact: true }).waitFor();
    expect(await page.getByRole('list', { name: 'Recommendations', exact: true }).count()).toBe(2);
    expect(await violationsIn(page)).toEqual([]);
    await button('Roll back').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Switch version' }).click();
    await live.getByText('Version 1', { exact: true }).waitFor();

    // What the two of them are, side by side, and all runs for a spreadsheet.
    await goTo('Models');
    await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
    await page.waitForURL(/sort=name&order=asc/);
    await page.getByRole('row', { name: /^For you .*against “Most popular” Trained/ }).waitFor();
    await page.getByRole('link', { name: 'For you', exact: true }).click();
    await button('Show examples').click();
    // Of five users: no deployment is asked.
    await expect.poll(() => page.getByRole('list', { name: 'Recommendations', exact: true }).count()).toBe(5);
    for (const name of ['Version 1', 'Version 2']) await page.getByRole('checkbox', { name }).check();
    const comparison = page.getByRole('table', { name: 'Comparison' });
    await comparison.getByRole('row', { name: /^Recall@20 / }).waitFor();
    expect(await comparison.getByRole('columnheader').allInnerTexts()).toEqual(['Property', 'Version 2', 'Version 1']);
    expect(await violationsIn(page)).toEqual([]);
    const download = page.waitForEvent('download');
    await button('Export CSV').click();
    const runs = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(runs[0]).toContain('trainingJobId,status,');
    expect(runs).toHaveLength(3);

    await goTo('Overview');
    await page.getByRole('figure', { name: /^Answers over time: The model \d+/ }).waitFor();
  });

  it('adds a webhook endpoint, whose secret is shown once', async () => {
    await goTo('Webhooks');
    await button('New endpoint').click();
    await page.getByRole('textbox', { name: 'URL' }).fill('https://shop.example/hooks');
    await page.getByRole('checkbox', { name: 'Training succeeded' }).check();
    await button('Create endpoint').click();
    const secret = page.getByTestId('webhook-secret');
    expect(await secret.innerText()).toMatch(/^whsec_/);
    await button('Done').click();
    await page.getByRole('row', { name: /shop\.example.* Enabled Training succeeded/ }).waitFor();
    expect(await secret.count()).toBe(0);
    await page.getByRole('link', { name: 'https://shop.example/hooks' }).click();
    await button('Send a test').click();
    await page.getByRole('row', { name: /^Test / }).waitFor();
  });

  it('comes from texts to their labels, sees what the model is worth, and corrects an answer', async () => {
    await page.goto('/');
    await page.getByRole('link', { name: /^Shop/ }).click();
    await createDataSet('Messages', 'labelled-texts', messagesCsv());
    await page
      .getByRole('term')
      .filter({ hasText: /^Labels$/ })
      .waitFor();
    await goTo('Models');
    await button('New model').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('What messages are about');
    await page.getByRole('combobox', { name: 'Recipe' }).selectOption('text-classification/linear');
    await choose('Texts data set', 'Messages');
    await button('Create model').click();
    await button('Start training').first().click();
    await page.getByText(/^The label is right for [\d.]+% of texts/).waitFor();

    const labels = page.getByRole('table', { name: 'Labels' });
    await labels.getByRole('row', { name: /^delivery/ }).waitFor();
    await labels.getByRole('button', { name: 'F1' }).click();
    await page.getByRole('columnheader', { name: 'F1' }).and(page.locator('[aria-sort=ascending]')).waitFor();
    if (IS_FULL) expect(await violationsIn(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Confusions' }).click();
    if (IS_FULL) expect(await violationsIn(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Confidence' }).click();
    await page.getByRole('figure', { name: /^Where 100% of texts are answered/ }).waitFor();
    const slider = page.getByRole('slider', { name: 'Minimum score' });
    await slider.press('End');
    await page.getByText(/^With a minimum score of 0\.\d+ it answers/).waitFor();
    expect(await page.getByTestId('min-score').innerText()).toMatch(/"minScore":0\.\d+/);
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Data' }).click();
    const csv = page.waitForEvent('download');
    await button('Download CSV').click();
    if (IS_FULL) expect(await violationsIn(page)).toEqual([]);
    expect(readFileSync(await (await csv).path(), 'utf8')).toMatch(/^\uFEFFtext,label\r\n.*parcel.*,\r\n/);

    await button('Deploy').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Inbox');
    await button('Create deployment').click();
    await page.getByRole('textbox', { name: 'Text' }).fill('Where is the parcel that I ordered?');
    await button('Classify').click();
    await page.getByRole('list', { name: 'Classes by score' }).getByText('delivery').waitFor();
    await page.getByTestId('highlighted').locator('mark').getByText('parcel').waitFor();
    await page.getByText('Most similar training rows').waitFor();
    await page.getByText('Is this wrong? Correct the label').click();
    await fill('Right label', 'lost parcel');
    expect(await violationsIn(page)).toEqual([]);
    await button('Send correction').click();
    await page.getByRole('link', { name: 'Open the data set' }).click();
    await page.getByText('1 row came by itself').waitFor();
  });

  it('writes to the operator from the page that it is about', async () => {
    await page.goto('/usage');
    await button('Help').click();
    await page.getByRole('menuitem', { name: 'Send a message' }).click();
    await fill('Message', 'What is an interaction-day?');
    await button('Send').click();
    await page.getByText('Sent. Thank you.').waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Help');
  });

  it('gives a thing another name, and deletes it once that is typed', async () => {
    // By now the first login may be too long ago for a deletion.
    const data = { email: 'newcomer@example.com', password: 'a long enough password' };
    await page.request.post('/v1/auth/login', { data });
    const { id } = await (await page.request.post('/v1/projects', { data: { name: 'Attic' } })).json();
    await page.goto(`/projects/${id}`);
    const dialog = page.getByRole('dialog');
    await button('Rename').click();
    await dialog.getByRole('textbox').fill('Cellar');
    await dialog.getByRole('button', { name: 'Rename' }).click();
    await expect.poll(() => page.title()).toBe('Overview · Cellar · Kindred');
    await button('Delete').click();
    const remove = dialog.getByRole('button', { name: 'Delete' });
    expect(await remove.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('Cellar');
    await remove.click();
    await page.waitForURL(/\/projects$/);
    expect((await page.request.get(`/v1/projects/${id}`)).status()).toBe(404);
  });

  it('is told plainly what is wrong, at the field', async () => {
    const stranger = await browser.newContext({ baseURL: installation.url, locale: 'en-US' });
    const form = await stranger.newPage();
    await form.goto('/login');
    await form.getByLabel('Email', { exact: true }).fill('nobody@example.com');
    await form.getByLabel('Password', { exact: true }).fill('wrong password');
    await form.getByRole('button', { name: 'Log in', exact: true }).click();
    await form.getByText('No account has this email and password.').waitFor();
    await form.goto('/usage');
    await form.waitForURL(/\/login/);
    await stranger.close();
    await page.goto('/admin/organizations');
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    expect(await page.getByRole('main').count()).toBe(1);
    // At a field, in the language of the page too.
    const reader = await browser.newContext({
      baseURL: installation.url,
      locale: 'zh-CN',
      storageState: await context.storageState(),
    });
    const read = await reader.newPage();
    await read.goto('/webhooks');
    await read.getByRole('button', { name: '新建端点' }).click();
    await read.getByRole('textbox', { name: 'URL' }).fill('https://name:word@shop.example/');
    await read.getByRole('checkbox').first().check();
    await read.getByRole('button', { name: '创建端点' }).click();
    await read.getByText('不能含有用户名或密码', { exact: true }).waitFor();
    // Once, where it can be put right.
    expect(await read.getByRole('alert').count()).toBe(0);
    await expect.poll(() => read.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('url');
    await reader.close();
  });

  it('finds no page with an accessibility violation, in either theme and either language, nor one that keeps more in the browser than /privacy says', async () => {
    const { email, password } = installation.account('Demo');
    const paths = Object.values({ ...PUBLIC_PAGES, ...(await demoPages(installation)) });
    const looks = ['en-US', 'zh-CN'].flatMap((locale) =>
      (['light', 'dark'] as const).map((colorScheme) => ({ locale, colorScheme })),
    );
    await Promise.all(
      looks.map(async (look, index) => {
        // At length (`npm run e2e`) each page in each look; else each page in one of them.
        const seen = IS_FULL ? paths : paths.filter((_, place) => place % looks.length === index);
        const visitor = await browser.newContext({ baseURL: installation.url, ...look });
        visitor.setDefaultTimeout(120_000);
        const visit = await visitor.newPage();
        listenTo(visit, complaints);
        // The pages for everyone come first; some of them are only for whoever is not logged in.
        const closed = seen.find((each) => !Object.values(PUBLIC_PAGES).includes(each));
        for (const visited of seen) {
          if (visited === closed) await visitor.request.post('/v1/auth/login', { data: { email, password } });
          expect(await violationsOf(visit, visited), `${visited} ${JSON.stringify(look)}`).toEqual([]);
          expect(await visit.title(), visited).toMatch(/\S · Kindred$|^Kindred · \S/);
          await visit.setViewportSize({ width: 390, height: 844 });
          await expect.poll(() => widthBeyond(visit), { message: `${visited} on a phone` }).toBeLessThanOrEqual(0);
          await visit.setViewportSize({ width: 1280, height: 800 });
        }
        // What /privacy says is kept in a browser, and nothing else: session, device, what a login waits for, choices.
        const cookies = (await visitor.cookies()).map(({ name }) => name).filter((name) => name !== 'kindred_login');
        expect(cookies.toSorted()).toEqual(['kindred_device', 'kindred_session']);
        const stored = await visit.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]);
        expect(stored.filter((name) => !/^kindred\.(language|theme)$|^tsr-scroll-restoration/.test(name))).toEqual([]);
        expect(await visit.locator('html').getAttribute('lang')).toBe(look.locale === 'zh-CN' ? 'zh-CN' : 'en');
        await visitor.close();
      }),
    );
  });

  it('as the operator sees every organization and what it pays', async () => {
    const { email, password } = installation.account('Operator');
    await context.request.post('/v1/auth/login', { data: { email, password } });
    await page.goto('/admin/organizations');
    const row = page.getByRole('row', { name: /Corner shop/ });
    await row.getByText('Pro').first().waitFor();
    await row.getByText(/49\.00/).waitFor();
    // Money is not what one has to scroll for.
    const { x, width } = (await row.getByText(/49\.00/).boundingBox())!;
    expect(x + width).toBeLessThanOrEqual(1280);
  });

  it('as the operator finds an organization by a member’s e-mail, and goes on to its jobs, the workers and the webhooks', async () => {
    const demo = installation.account('Demo').email;
    const { visitor, visit } = await operate();
    await visit.goto('/admin/organizations');
    const header = (name: string) => visit.getByRole('columnheader', { name });
    await header('Upcoming total').getByRole('button').click();
    await header('Upcoming total').and(visit.locator('[aria-sort=descending]')).waitFor();
    await visit.getByRole('searchbox').fill(demo.toUpperCase());
    await visit.keyboard.press('Enter');
    await visit.waitForURL(/search=.*DEMO/);
    await visit.getByRole('row').nth(2).waitFor({ state: 'detached' });
    expect(await visit.getByRole('searchbox').evaluate((input) => input === document.activeElement)).toBe(true);
    // Anywhere on the row, as its link does.
    await visit
      .getByRole('row', { name: new RegExp(demo) })
      .getByText('Free')
      .click();
    await visit.getByRole('row', { name: `${demo} Owner` }).waitFor();
    await visit
      .getByText(/^kin_live_\w{4}…$/)
      .first()
      .waitFor();
    await visit.getByRole('row', { name: /^Films for you .*Succeeded/ }).waitFor();
    await visit.getByRole('table', { name: 'Upcoming invoice' }).waitFor();
    expect(await violationsIn(visit)).toEqual([]);
    await visit.getByRole('link', { name: 'All its jobs' }).click();
    await visit.getByText(/^Only jobs of /).waitFor();
    await visit.getByRole('combobox', { name: 'Status' }).selectOption('Cancelled');
    await visit.getByText('No training jobs').waitFor();
    await visit.getByRole('button', { name: 'Show all jobs' }).click();
    await visit.waitForURL(/training-jobs\?status=cancelled$/);
    for (const [link, text] of [
      ['Workers', 'Queue'],
      ['Webhooks', 'Delivered in 24 hours'],
      ['Messages', 'What is an interaction-day?'],
    ] as const) {
      await visit.getByRole('navigation', { name: 'Operator' }).getByRole('link', { name: link }).click();
      await visit.getByText(text, { exact: true }).waitFor();
      await visit.waitForLoadState('networkidle');
      expect(await violationsIn(visit)).toEqual([]);
    }
    const message = visit.getByRole('row', { name: /interaction-day.*Corner shop.*\$/ });
    await message.getByRole('button', { name: 'Mark as done' }).click();
    await visit.getByText('No messages').waitFor();
    await visit.getByRole('button', { name: 'Done', exact: true }).click();
    await message.waitFor();
    await visitor.close();
  });

  it('as the operator acts in an organization, under a banner on every page, and leaves it', async () => {
    const demo = installation.account('Demo').email;
    const { visitor, visit } = await operate();
    // Whatever an operator opens, there is no organization of theirs.
    await visit.goto('/projects');
    await visit.waitForURL(/\/admin\/organizations/);
    await visit.goto(`/admin/organizations?search=${encodeURIComponent(demo)}`);
    await visit.getByRole('link', { name: 'Demo Films' }).click();
    await visit.getByRole('button', { name: 'Act in it' }).click();
    await visit.getByRole('combobox', { name: 'As whom' }).selectOption('Viewer');
    await visit.getByRole('textbox', { name: 'Reason' }).fill('They asked why their films are gone.');
    expect(await violationsIn(visit)).toEqual([]);
    await visit.getByRole('dialog').getByRole('button', { name: 'Act in it' }).click();
    await visit.waitForURL(/\/projects/);
    const banner = visit.getByRole('region', { name: 'Acting in a customer’s organization' });
    await banner.getByText(`${installation.account('Operator').email} acts in Demo Films as Viewer`).waitFor();
    await banner.getByText(/They asked why their films are gone\. · \d+ minutes left/).waitFor();
    await visit.getByRole('navigation', { name: 'Organization' }).getByRole('link', { name: 'Usage' }).click();
    await visit.getByRole('heading', { name: 'Usage', level: 1 }).waitFor();
    expect(await violationsIn(visit)).toEqual([]);
    await banner.getByRole('button', { name: 'End now' }).click();
    await visit.waitForURL(/\/admin\/organizations/);
    await banner.waitFor({ state: 'detached' });
    await visitor.close();
  });

  it('reads the API’s reference', async () => {
    const docs = await openPage();
    await docs.goto('/docs');
    await docs.getByRole('searchbox').fill('signup');
    await docs.getByRole('navigation').getByRole('link', { name: 'Makes an account' }).first().click();
    await docs.getByText('POST /v1/auth/signup').waitFor();
    expect(await violationsIn(docs)).toEqual([]);
    await docs.close();
  });

  it('S15: shows a new password to be chosen by the link of a mail, which ends the sessions of before', async () => {
    const visitor = await browser.newContext({ baseURL: installation.url, locale: 'en-US' });
    visitor.setDefaultTimeout(60_000);
    const [before, visit] = [
      await visitor.newPage(),
      await (await browser.newContext({ baseURL: installation.url, locale: 'en-US' })).newPage(),
    ];
    listenTo(visit, complaints);
    const email = `forgetful-${Date.now()}@shop.example`;
    await before.goto('/signup');
    await before.getByLabel('Email').fill(email);
    await before.getByLabel('Password').fill('soon to be forgotten');
    await before.getByLabel('Organization name').fill('Forgetful');
    await before.getByRole('button', { name: 'Sign up' }).click();
    await before.getByText(`that we sent to ${email}`).waitFor();
    await visit.goto('/login');
    await visit.getByRole('link', { name: 'Forgot your password?' }).click();
    await visit.getByLabel('Email').fill(email);
    await visit.getByRole('button', { name: 'Send the link' }).click();
    await visit.getByText('the link is on its way').waitFor();
    await visit.goto('/login');
    await visit.getByRole('link', { name: /^Mails that/ }).click();
    await visit.getByRole('button', { name: new RegExp(`Choose a new password.*${email}`) }).click();
    // From a frame in which nothing runs, into a page of its own.
    const opened = visit.context().waitForEvent('page');
    await visit.frameLocator('iframe').getByRole('link', { name: 'Choose a new password' }).click();
    const chosen = await opened;
    listenTo(chosen, complaints);
    await chosen.getByLabel('New password').fill('never to be forgotten');
    await chosen.getByRole('button', { name: 'Choose this password' }).click();
    await chosen.getByText('Your new password is set').waitFor();
    await before.goto('/projects');
    await before.getByLabel('Email').fill(email);
    await before.getByLabel('Password').fill('never to be forgotten');
    await before.getByRole('button', { name: 'Log in', exact: true }).click();
    await before.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
    // By the link they have shown that the address is theirs.
    await before.goto('/account');
    await before.getByText(/^Confirmed on/).waitFor();
    await Promise.all([visitor.close(), visit.context().close()]);
  });

  it('S19: was never stopped by the content security policy on all these pages, and nothing was thrown', () => {
    expect(complaints).toEqual([]);
  });

  it('S19: runs no script that somebody got into a page: neither inline, nor of a handler, nor of a link or another address', async () => {
    const visitor = await browser.newContext({ baseURL: installation.url });
    const attacked = await visitor.newPage();
    const stopped: string[] = [];
    attacked.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) stopped.push(message.text());
    });
    const injected = [
      '<script>window.hacked = 1</script>',
      '<script nonce="guessed">window.hacked = 2</script>',
      '<img src="/nothing" onerror="window.hacked = 3">',
      '<script src="/favicon.svg"></script>',
      '<script src="data:text/javascript,window.hacked = 4"></script>',
      '<base href="https://evil.example/">',
      '<style>body { background: red }</style>',
    ];
    // As if the server had let it into the markup; the answer's headers stay.
    await attacked.route('**/login', async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace('<div id="root">', `${injected.join('')}<div id="root">`);
      await route.fulfill({ response, body });
    });
    await attacked.goto('/login');
    await attacked.getByLabel('Email', { exact: true }).waitFor();
    expect(await attacked.evaluate('window.hacked')).toBeUndefined();
    expect(await attacked.evaluate('document.baseURI')).toBe(`${installation.url}/login`);
    expect(stopped.length).toBeGreaterThanOrEqual(injected.length);
    await visitor.close();
  });
});

/** Messages of two labels, and some of none that could be labelled next. */
function messagesCsv(): string {
  const about = (label: string, texts: string[]) =>
    texts.flatMap((text) => Array.from({ length: 12 }, (_, order) => `${text} (order ${order}),${label}`));
  return [
    'text,label',
    ...about('delivery', ['Where is my parcel', 'The parcel has not arrived', 'When will you deliver']),
    ...about('refund', ['I want my money back', 'Please refund what I paid', 'When do I get the refund']),
    ...about('', ['My parcel is broken and I want a refund']),
  ].join('\n');
}

async function violationsOf(visit: Page, url: string): Promise<string[]> {
  await visit.goto(url);
  await visit.getByRole('heading', { level: 1 }).waitFor();
  await visit.waitForLoadState('networkidle');
  return violationsIn(visit);
}
