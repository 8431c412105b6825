import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  launchBrowser,
  linkOfMailTo,
  listenTo,
  violationsIn,
  VirtualAuthenticator,
  widthBeyond,
} from '../factories/browser.js';
import { Installation } from '../factories/installation.js';

const SHOP = 'Members shop';
const PASSWORD = 'correct horse battery';
const OWNER = 'owner@members.example';
const COLLEAGUE = 'colleague@members.example';
const IS_FULL = Boolean(process.env['E2E_FULL']);
const REASON = 'Three invoices are unpaid since May.';

let installation: Installation;
let browser: Browser;
/** The owner's, and that of the person who is invited. */
let owner: Page;
let theirs: Page;
let device: VirtualAuthenticator;
const complaints: string[] = [];

beforeAll(async () => {
  installation = await Installation.create();
  [browser] = await Promise.all([launchBrowser(), installation.start()]);
  owner = await open();
  const account = { email: OWNER, password: PASSWORD };
  await owner.request.post('/v1/auth/signup', { data: { ...account, organizationName: SHOP } });
  await logIn(owner, account);
});
afterAll(async () => {
  await browser?.close();
  await installation.remove();
});

/** A browser of somebody's own. */
async function open(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: installation.url, locale: 'en-US', ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  listenTo(page, complaints);
  return page;
}

const logIn = (page: Page, data: { email: string; password: string }) => page.request.post('/v1/auth/login', { data });
const button = (within: Page | Locator, name: string) => within.getByRole('button', { name, exact: true });
const hasFocus = (dialog: Locator) => dialog.evaluate((element) => element.contains(document.activeElement));

/** What the page asks next is answered as if the person had logged in too long ago; all after that is real. */
async function askForLogin(page: Page, url: string): Promise<void> {
  const problem = {
    type: 'about:blank',
    title: 'Forbidden',
    status: 403,
    code: 'step_up_required',
    detail: 'Confirm that it is you.',
    requestId: crypto.randomUUID(),
    methods: ['password'],
  };
  await page.route(
    url,
    (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: JSON.stringify(problem),
      }),
    { times: 1 },
  );
}

describe('a member', () => {
  it('is invited by mail, agrees to the texts, and comes in with a passkey, which the browser then offers at the log-in', async () => {
    await owner.goto('/organization/members');
    await button(owner, 'Invite').click();
    await owner.getByLabel('Email', { exact: true }).fill(COLLEAGUE);
    await owner.getByLabel('Role', { exact: true }).selectOption('viewer');
    await button(owner, 'Send invitation').click();
    await owner.getByText(`Invitation sent to ${COLLEAGUE}`).waitFor();

    theirs = await open();
    await theirs.goto(await linkOfMailTo(owner, COLLEAGUE));
    await theirs.getByText(/^By signing up you agree to the terms/).waitFor();
    await theirs.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await button(theirs, 'Create account and join').click();
    await button(theirs, `Organization: ${SHOP}`).waitFor();
    // They have agreed: no banner asks again.
    const { data: consents } = await (await theirs.request.get('/v1/me/consents')).json();
    expect(consents.filter(({ acceptedAt }: { acceptedAt: string | null }) => !acceptedAt)).toEqual([]);

    device = await VirtualAuthenticator.of(theirs);
    await theirs.goto('/account/security');
    await button(theirs, 'Add a passkey').click();
    const adding = theirs.getByRole('dialog', { name: 'Add a passkey' });
    await adding.getByLabel('Name, such as of the device').fill('Laptop');
    // Whoever closes the prompt is told what happened, and may try again.
    await device.setAnswers(false);
    await button(adding, 'Add a passkey').click();
    await adding.getByText(/^No passkey was used: the prompt was closed/).waitFor();
    await device.setAnswers(true);
    await button(adding, 'Add a passkey').click();
    await button(theirs, 'I have saved them').click();
    await button(theirs, 'Remove the passkey Laptop').waitFor();

    await device.setAnswers(false);
    await button(theirs, `Account of ${SHOP}`).click();
    await theirs.getByRole('menuitem', { name: 'Log out' }).click();
    await button(theirs, 'Use a passkey').click();
    await theirs.getByText(/^No passkey was used: the prompt was closed/).waitFor();
    expect(await theirs.getByLabel('Email', { exact: true }).getAttribute('autocomplete')).toBe('username webauthn');
    expect(await violationsIn(theirs)).toEqual([]);
    // As if it was chosen in the field of the address: nothing else is pressed.
    await device.setAnswers(true);
    await theirs.reload();
    await button(theirs, `Organization: ${SHOP}`).waitFor();
    expect(new URL(theirs.url()).pathname).toBe('/projects');
  });

  it('sees and may do what their role says, and is told by mail when it changes', async () => {
    const create = () => theirs.request.post('/v1/projects', { data: { name: 'Window' } });
    await theirs.getByRole('heading', { name: 'Projects', level: 1 }).waitFor();
    expect(await button(theirs, 'New project').count()).toBe(0);
    expect((await create()).status()).toBe(403);
    for (const closed of ['/v1/audit-events', '/v1/organization/single-sign-on'])
      expect((await theirs.request.get(closed)).status(), closed).toBe(403);
    await theirs.goto('/organization/members');
    await theirs.getByRole('cell', { name: `${COLLEAGUE} You` }).waitFor();
    expect(await button(theirs, 'Invite').count()).toBe(0);
    expect(await theirs.getByRole('link', { name: 'Audit log', exact: true }).count()).toBe(0);
    // By an address that somebody sent them.
    for (const [path, roles] of [
      ['/organization/audit', 'Owner and Admin'],
      ['/organization/single-sign-on', 'Owner'],
      ['/billing', 'Owner, Admin, and Billing'],
    ]) {
      await theirs.goto(path!);
      await theirs.getByText(`This page is open to: ${roles}. Your role here is Viewer`).waitFor();
    }
    expect(await theirs.getByText('needs the permission').count()).toBe(0);
    expect(await violationsIn(theirs)).toEqual([]);

    // The owner confirms that it is them, in a dialog over the one that asked for it.
    await askForLogin(owner, '**/v1/organization/members/*');
    await owner.reload();
    await button(owner, `Actions for ${COLLEAGUE}`).click();
    await owner.getByRole('menuitem', { name: 'Change role' }).click();
    const changing = owner.getByRole('dialog', { name: /^Role of/ });
    await changing.getByLabel('Role').selectOption('developer');
    await button(changing, 'Change role').click();
    const confirming = owner.getByRole('dialog', { name: 'Confirm that it is you' });
    await confirming.getByLabel('Password', { exact: true }).waitFor();
    await expect.poll(() => hasFocus(confirming)).toBe(true);
    for (let tabs = 0; tabs < 8; tabs++) {
      await owner.keyboard.press('Tab');
      expect(await hasFocus(confirming)).toBe(true);
    }
    expect(await violationsIn(owner)).toEqual([]);
    await owner.setViewportSize({ width: 390, height: 844 });
    expect(await widthBeyond(owner)).toBeLessThanOrEqual(0);
    await owner.setViewportSize({ width: 1280, height: 720 });
    // Who does not confirm is back where they were, with what they had chosen.
    await owner.keyboard.press('Escape');
    await confirming.waitFor({ state: 'detached' });
    await expect.poll(() => hasFocus(changing)).toBe(true);
    expect(await changing.getByLabel('Role').inputValue()).toBe('developer');
    await askForLogin(owner, '**/v1/organization/members/*');
    await button(changing, 'Change role').click();
    await confirming.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await button(confirming, 'Confirm').click();
    await changing.waitFor({ state: 'detached' });
    await expect
      .poll(() => owner.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe(`Actions for ${COLLEAGUE}`);

    await theirs.goto('/projects');
    await button(theirs, 'New project').first().waitFor();
    expect((await create()).status()).toBe(201);
    const invite = { email: 'friend@members.example', role: 'viewer' };
    expect((await theirs.request.post('/v1/organization/invitations', { data: invite })).status()).toBe(403);
    const { data: mails } = await (await owner.request.get(`/v1/mailbox?address=${COLLEAGUE}`)).json();
    expect(mails[0].subject).toBe(`You are now a developer in ${SHOP}`);
  });

  it('is stopped while an operator has suspended the organization, and goes on once it is restored', async () => {
    const operator = await open();
    await logIn(operator, installation.account('Operator'));
    await operator.goto(`/admin/organizations?search=${encodeURIComponent(OWNER)}`);
    await operator.getByRole('link', { name: SHOP }).click();
    await button(operator, 'Suspend').click();
    const dialog = operator.getByRole('dialog');
    await dialog.getByRole('textbox').fill(REASON);
    await button(dialog, 'Suspend').click();
    await button(operator, 'Restore').waitFor();

    await theirs.goto('/usage');
    // Led to what stays open, under what says why.
    await theirs.getByText('This organization is suspended').waitFor();
    await theirs.getByText(REASON).waitFor();
    await theirs.getByText(/goes on from its last checkpoint/).waitFor();
    expect(new URL(theirs.url()).pathname).toBe('/organization');
    expect(await violationsIn(theirs)).toEqual([]);
    const refused = await theirs.request.post('/v1/projects', { data: { name: 'More' } });
    expect([refused.status(), (await refused.json()).code]).toEqual([403, 'organization_suspended']);

    await button(operator, 'Restore').click();
    await button(dialog, 'Restore').click();
    await button(operator, 'Suspend').waitFor();
    await operator.context().close();
    await theirs.goto('/projects');
    await button(theirs, 'New project').first().waitFor();
  });

  it('and all that became of them is in the audit log, in order', async () => {
    await owner.goto('/organization/members');
    await button(owner, 'Find').waitFor();
    // By the palette, which knows the pages below the sidebar’s too.
    await owner.keyboard.press('Control+k');
    await owner.getByRole('searchbox', { name: 'Find' }).fill('Audit log');
    await owner.keyboard.press('ArrowDown');
    await owner.keyboard.press('Enter');
    await owner.waitForURL(/\/organization\/audit/);
    const log = owner.getByRole('table', { name: 'Audit log' });
    await log.getByRole('row').nth(1).waitFor();
    const rows = (await log.getByRole('row').allInnerTexts()).toReversed();
    const whats = [
      'Invitation sent',
      'Member joined',
      'Passkey added',
      'Role changed',
      'Organization suspended',
      'Organization restored',
    ];
    const found = rows.flatMap((row) => whats.filter((what) => row.split(/\t|\n/).includes(what)));
    expect(found).toEqual(whats);
  });

  it('that was removed still has their account, a page that says so, and a mail', async () => {
    await owner.goto('/organization/members');
    await button(owner, `Actions for ${COLLEAGUE}`).click();
    await owner.getByRole('menuitem', { name: 'Remove' }).click();
    await button(owner.getByRole('dialog'), 'Remove').click();
    await owner.getByRole('dialog').waitFor({ state: 'detached' });
    // Their page shows nothing of the organization any more.
    await theirs.getByRole('link', { name: 'Usage', exact: true }).click();
    await theirs.getByRole('heading', { name: 'You are in no organization' }).waitFor();
    expect(new URL(theirs.url()).pathname).toBe('/organizations');
    expect(await theirs.getByText(SHOP).count()).toBe(0);
    await theirs.getByText(/^Were you invited to one\?/).waitFor();
    await button(theirs, 'New organization').waitFor();
    expect(await violationsIn(theirs)).toEqual([]);
    await theirs.getByRole('link', { name: 'Your account' }).click();
    await theirs.getByText(COLLEAGUE).first().waitFor();
    for (const path of ['/account/security', '/account/sessions', '/account']) {
      await theirs.goto(path);
      await theirs.getByRole('heading', { name: 'Your account', level: 1 }).waitFor();
      await theirs.waitForLoadState('networkidle');
      expect(await violationsIn(theirs), path).toEqual([]);
    }
    await theirs.getByRole('link', { name: 'Choose an organization' }).click();
    await theirs.waitForURL(/\/organizations$/);
    const { data: mails } = await (await owner.request.get(`/v1/mailbox?address=${COLLEAGUE}`)).json();
    expect(mails[0].subject).toBe(`You are no longer a member of ${SHOP}`);
  });
});

it.each([
  { locale: 'en-US', colorScheme: 'light', lang: 'en' },
  { locale: 'zh-CN', colorScheme: 'dark', lang: 'zh-CN' },
] as const)('no page of an account and its organization has a violation or scrolls sideways: $locale', async (look) => {
  const { lang, ...options } = look;
  // At length (`npm run e2e`) each page in each look; else each page in one of them.
  const isSeen = (_path: string, place: number) => IS_FULL || place % 2 === Number(lang === 'en');
  const visitor: BrowserContext = (
    await open({ ...options, storageState: await owner.context().storageState() })
  ).context();
  await Promise.all(
    [
      ['/account', '/account/security', '/account/sessions', '/organization/members'],
      ['/organization/audit', '/organization/single-sign-on', '/organization/invitations', '/organization'],
    ].map(async (paths) => {
      const page = await visitor.newPage();
      listenTo(page, complaints);
      for (const path of paths.filter(isSeen)) {
        await page.setViewportSize({ width: 1280, height: 800 });
        await page.goto(path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.waitForLoadState('networkidle');
        expect(await page.locator('html').getAttribute('lang')).toBe(lang);
        expect(await violationsIn(page), path).toEqual([]);
        await page.setViewportSize({ width: 390, height: 844 });
        await expect.poll(() => widthBeyond(page), { message: `${path} on a phone` }).toBeLessThanOrEqual(0);
      }
    }),
  );
  await visitor.close();
});

it('S19: nothing on these pages was stopped by the content security policy, and nothing was thrown', () => {
  expect(complaints).toEqual([]);
});
