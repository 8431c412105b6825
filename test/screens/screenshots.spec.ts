import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Installation } from '../factories/installation.js';
import { demoPages, OPERATOR_PAGES, type Pages, PUBLIC_PAGES, sessionOf } from '../factories/pages.js';

/** `npm run screenshots` fills it; `-- --check` holds the pages of now against what is in it. */
const FOLDER = process.env['SCREENSHOTS_DIR'] ?? '.kindred/screenshots';
const IS_CHECK = Boolean(process.env['SCREENSHOTS_CHECK']);
const LANGUAGES = ['en-US', 'zh-CN'];
const THEMES = ['light', 'dark'] as const;
const WIDTHS = [390, 1024, 1440];
/** Ids, times and the length of a list differ from run to run; a part that moved or lost its colour is more than this. */
const DIFFERENT_SHARE_MAX = 0.03;

let installation: Installation;
let browser: Browser;
const groups: { cookie?: string; pages: Pages }[] = [];

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  installation = await Installation.create();
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  [browser] = await Promise.all([
    chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] }),
    installation.start(),
  ]);
  groups.push(
    { pages: PUBLIC_PAGES },
    { cookie: await sessionOf(installation, 'Demo'), pages: await demoPages(installation) },
    { cookie: await sessionOf(installation, 'Operator'), pages: OPERATOR_PAGES },
  );
});
afterAll(async () => {
  await browser?.close();
  await installation.remove();
});

const looks = LANGUAGES.flatMap((locale) => THEMES.map((colorScheme) => ({ locale, colorScheme })));

it.each(looks)('every page in $locale, $colorScheme, at each width, wider than none', async (look) => {
  const wrong: string[] = [];
  for (const { cookie, pages } of groups) {
    const context = await browser.newContext({ ...look, baseURL: installation.url });
    if (cookie) await context.addCookies([{ ...parse(cookie), url: installation.url }]);
    const page = await context.newPage();
    for (const [name, address] of Object.entries(pages))
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(address);
        await page.waitForLoadState('networkidle');
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (overflow > 0) wrong.push(`${address} is ${overflow} px wider than ${width}`);
        const file = path.join(FOLDER, `${name}.${look.locale}.${look.colorScheme}.${width}.png`);
        const picture = await page.screenshot({ fullPage: true, animations: 'disabled' });
        if (!IS_CHECK) writeFileSync(file, picture);
        else wrong.push(...(await compare(page, file, picture)));
      }
    await context.close();
  }
  expect(wrong).toEqual([]);
});

function parse(cookie: string) {
  const [name, value] = cookie.split('=', 2);
  return { name: name!, value: value! };
}

/** What differs too much is written next to the picture it is held against. */
async function compare(page: Page, file: string, picture: Buffer): Promise<string[]> {
  if (!existsSync(file)) return [`${file} is missing: run npm run screenshots first`];
  const share = await page.evaluate(differentShare, [
    readFileSync(file).toString('base64'),
    picture.toString('base64'),
  ]);
  if (share <= DIFFERENT_SHARE_MAX) return [];
  writeFileSync(file.replace(/png$/, 'now.png'), picture);
  return [`${file}: ${(100 * share).toFixed(1)} % of the picture is different`];
}

/** Share of the pixels of either picture, 0 to 1, that are not nearly the same in the other. Runs in the browser. */
async function differentShare(pictures: string[]): Promise<number> {
  const [before, now] = await Promise.all(
    pictures.map(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      return createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    }),
  );
  const [width, height] = [Math.max(before!.width, now!.width), Math.max(before!.height, now!.height)];
  const pixelsOf = (picture: ImageBitmap) => {
    const drawing = new OffscreenCanvas(width, height).getContext('2d')!;
    drawing.drawImage(picture, 0, 0);
    return drawing.getImageData(0, 0, width, height).data;
  };
  const [a, b] = [pixelsOf(before!), pixelsOf(now!)];
  let different = 0;
  for (let at = 0; at < a.length; at += 4) {
    const distance = Math.max(...[0, 1, 2, 3].map((channel) => Math.abs(a[at + channel]! - b[at + channel]!)));
    if (distance > 48) different++;
  }
  return different / (width * height);
}
