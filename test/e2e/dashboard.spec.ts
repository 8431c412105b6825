import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tasteCsv } from '../factories/api.js';
import { Installation } from '../factories/installation.js';

const IS_FULL = Boolean(process.env['E2E_FULL']);
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let installation: Installation;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** What the browser complained of: scripts that the content security policy stopped, exceptions. */
const complaints: string[] = [];

beforeAll(async () => {
  installation = await Installation.create();
  const launch = chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: CHROMIUM_FLAGS,
  });
  [browser] = await Promise.all([launch, installation.start()]);
  context = await browser.newContext({
    baseURL: installation.url,
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
  });
  context.setDefaultTimeout(60_000);
  page = await openPage();
});
afterAll(async () => {
  await browser?.close();
  await installation.remove();
});

async function openPage(): Promise<Page> {
  const opened = await context.newPage();
  listenTo(opened);
  return opened;
}

function listenTo(opened: Page): void {
  opened.on('pageerror', (error) => complaints.push(error.message));
  opened.on('console', (message) => {
    if (/Content.Security.Policy|violates/i.test(message.text())) complaints.push(message.text());
  });
}

/** By the sidebar. */
const goTo = (name: string) =>
  page
    .getByRole('navigation', { name: /^(Project|Organization)$/ })
    .getByRole('link', { name, exact: true })
    .click();
const button = (name: string) => page.getByRole('button', { name, exact: true });
const fill = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);

async function createDataSet(name: string, kind: string, csv: string): Promise<void> {
  await goTo('Data sets');
  await button('New data set').first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('combobox', { name: 'Kind' }).selectOption(kind);
  await button('Create data set').click();
  const file = path.join(installation.directory, `${name}.csv`);
  writeFileSync(file, csv);
  await page.getByLabel('CSV file').setInputFiles(file);
  await button('Upload').click();
}

describe('a newcomer in the browser', () => {
  it('comes from signing up to a working curl, and sees what it costs', async () => {
    await page.goto('/signup');
    await fill('Email', 'newcomer@example.com');
    await fill('Password', 'a long enough password');
    await fill('Organization name', 'Corner shop');
    await button('Sign up').click();
    await button('New project').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Shop');
    await button('Create project').click();

    await createDataSet('Purchases', 'interactions', `${tasteCsv()}\n,item-1,5,1\n`);
    await page
      .getByText(/\b\d+ rows accepted/)
      .first()
      .waitFor();
    await page.getByText('user_id is empty').waitFor();
    await createDataSet(
      'Products',
      'items',
      'item_id,title\nitem-0,"Blue, teapot"\nitem-10,Green cup\nitem-20,Red bowl\n',
    );
    await page
      .getByText(/\b3 rows accepted/)
      .first()
      .waitFor();

    await goTo('Models');
    await button('New model').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('For you');
    await page.getByRole('combobox', { name: 'Recipe' }).selectOption('recommender/ials');
    await page.getByRole('combobox', { name: 'Interactions data set' }).selectOption({ label: 'Purchases' });
    await page.getByRole('combobox', { name: 'Items data set' }).selectOption({ label: 'Products' });
    await button('Create model').click();
    await button('Start training').first().click();
    await page.getByText('Succeeded', { exact: true }).first().waitFor();
    await page.getByRole('columnheader', { name: 'Most popular' }).first().waitFor();

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
    await page.reload();
  });

  it('watches a model learn, and finds its course again after a reload', async () => {
    await goTo('Models');
    await button('New model').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Ratings');
    await page.getByRole('combobox', { name: 'Recipe' }).selectOption('recommender/embedding-mf');
    await page.getByText('Settings', { exact: true }).click();
    // Long enough to be seen at work.
    const settings = { Factors: '256', Epochs: '400', 'Batch size': '16' };
    for (const [name, value] of Object.entries(settings)) await page.getByRole('spinbutton', { name }).fill(value);
    await button('Create model').click();
    await button('Start training').first().click();
    const curve = page.getByRole('figure', { name: /^Loss, Training: / });
    await curve.waitFor();
    await page.getByText('Time left').waitFor();
    await page.getByText('Succeeded', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('Progress and log', { exact: true }).click();
    await curve.waitFor();
    await page.getByText('Examples per second').waitFor();
    expect(await curve.getAttribute('aria-label')).toMatch(/at epoch 1, .* at epoch 400\./);
    expect(await violationsIn(page)).toEqual([]);
  });

  it('sees the calls in usage and the upcoming invoice, and upgrades through Checkout', async () => {
    await goTo('Usage');
    await page.getByRole('cell', { name: '3', exact: true }).first().waitFor();
    await page.getByRole('row', { name: /^Home page Shop 3/ }).waitFor();
    await goTo('Billing');
    const invoice = page.getByRole('table', { name: 'Upcoming invoice' });
    await invoice.getByText(/Free/).first().waitFor();
    await button('Change to Pro').click();
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
    await page.getByRole('spinbutton', { name: 'At most' }).fill('20');
    await button('Set limit').click();
    await page.getByRole('row', { name: /Whole organization Spend \$0\.\d+ of \$20\.00/ }).waitFor();

    await goTo('Request log');
    const call = page.getByRole('row', { name: /200 POST .*recommendations .* ms Web shop/ });
    await call.waitFor();
    await page.getByRole('combobox', { name: 'Status' }).selectOption('4xx: refused');
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
  });

  it('tries a deployment on users of its own, connects a program to it, sees its traffic, and rolls a version back', async () => {
    await page.goto('/');
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
    await button('Roll back').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Switch version' }).click();
    await live.getByText('Version 1', { exact: true }).waitFor();
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
    await page.getByText('Labels', { exact: true }).waitFor();
    await goTo('Models');
    await button('New model').first().click();
    await page.getByRole('textbox', { name: 'Name' }).fill('What messages are about');
    await page.getByRole('combobox', { name: 'Recipe' }).selectOption('text-classification/linear');
    await page.getByRole('combobox', { name: 'Texts data set' }).selectOption({ label: 'Messages' });
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
  });

  it('finds no page with an accessibility violation, in either theme and either language', async () => {
    const { email, password } = installation.account('Demo');
    const paths = await demoPaths(email, password);
    const looks = ['en-US', 'zh-CN'].flatMap((locale) =>
      (['light', 'dark'] as const).map((colorScheme) => ({ locale, colorScheme })),
    );
    await Promise.all(
      looks.map(async (look, index) => {
        // At length (`npm run e2e`) each page in each look; else each page in one of them.
        const seen = IS_FULL ? paths : paths.filter((_, place) => place % looks.length === index);
        const visitor = await browser.newContext({ baseURL: installation.url, ...look });
        await visitor.request.post('/v1/auth/login', { data: { email, password } });
        const visit = await visitor.newPage();
        listenTo(visit);
        for (const visited of seen)
          expect(await violationsOf(visit, visited), `${visited} ${JSON.stringify(look)}`).toEqual([]);
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
  });

  it('as the operator finds an organization by a member’s e-mail, and goes on to its jobs, the workers and the webhooks', async () => {
    const demo = installation.account('Demo').email;
    const { email, password } = installation.account('Operator');
    const visitor = await browser.newContext({ baseURL: installation.url, locale: 'en-US' });
    await visitor.request.post('/v1/auth/login', { data: { email, password } });
    const visit = await visitor.newPage();
    listenTo(visit);
    await visit.goto('/admin/organizations');
    const header = (name: string) => visit.getByRole('columnheader', { name });
    await header('Upcoming total').getByRole('button').click();
    await header('Upcoming total').and(visit.locator('[aria-sort=descending]')).waitFor();
    await visit.getByRole('searchbox').fill(demo.toUpperCase());
    await visit.getByRole('button', { name: 'Search', exact: true }).click();
    await visit.waitForURL(/search=.*DEMO/);
    await visit.getByRole('row').nth(2).waitFor({ state: 'detached' });
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
    ] as const) {
      await visit.getByRole('navigation', { name: 'Operator' }).getByRole('link', { name: link }).click();
      await visit.getByText(text, { exact: true }).waitFor();
      await visit.waitForLoadState('networkidle');
      expect(await violationsIn(visit)).toEqual([]);
    }
    await visitor.close();
  });

  it('reads the API’s reference', async () => {
    const docs = await openPage();
    await docs.goto('/docs');
    await docs.getByText('/v1/auth/signup').waitFor();
    await docs.close();
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

/** What axe finds against WCAG 2.2 AA. */
async function violationsIn(visit: Page): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];
  const { violations } = await new AxeBuilder({ page: visit }).withTags(tags).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** One page of each kind, with something on it. */
async function demoPaths(email: string, password: string): Promise<string[]> {
  const login = await fetch(`${installation.url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  const cookie = login.headers.getSetCookie()[0]!.split(';', 1)[0]!;
  const send = async (method: string, route: string, body: object): Promise<{ id: string }> => {
    const headers = { cookie, 'content-type': 'application/json' };
    const response = await fetch(`${installation.url}/v1/${route}`, { method, headers, body: JSON.stringify(body) });
    return (await response.json()) as { id: string };
  };
  const idsOf = async (list: string): Promise<string[]> => {
    const response = await fetch(`${installation.url}/v1/${list}`, { headers: { cookie } });
    return ((await response.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
  };
  const project = `projects/${(await idsOf('projects'))[0]}`;
  const [dataSets, models, deployments] = await Promise.all(
    ['data-sets', 'models', 'deployments'].map((kind) => idsOf(`${project}/${kind}`)),
  );
  await send('PUT', 'limits', { scope: 'organization', resource: 'interactions_ingested', quantity: '100' });
  const endpoint = await send('POST', 'webhook-endpoints', { url: 'https://films.example/hooks' });
  await send('POST', `webhook-endpoints/${endpoint.id}/test`, {});
  return [
    '/login',
    '/signup',
    '/',
    `/${project}/data-sets`,
    ...dataSets!.map((id) => `/${project}/data-sets/${id}`),
    `/${project}/models`,
    ...models!.map((id) => `/${project}/models/${id}`),
    `/${project}/deployments`,
    ...deployments!.map((id) => `/${project}/deployments/${id}`),
    `/${project}/api-keys`,
    `/${project}/end-users`,
    '/organization',
    '/usage',
    '/limits',
    '/request-log',
    '/webhooks',
    `/webhooks/${endpoint.id}`,
    '/billing',
  ];
}
