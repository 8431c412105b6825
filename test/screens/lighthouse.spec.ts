import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { median } from '../factories/faults-report.js';
import { Installation } from '../factories/installation.js';
import { demoPages, OPERATOR_PAGES, type Pages, PUBLIC_PAGES, sessionOf } from '../factories/pages.js';

/** Where its package lies: `npm run lighthouse` installs it apart, as it is larger than all else that tests want. */
const LIGHTHOUSE = process.env['LIGHTHOUSE_PATH']!;
const REPORT = 'docs/lighthouse.md';
const RUNS = 3;
const SCORE_MIN = 95;
const LAYOUT_SHIFT_MAX = 0.05;
const WIDTHS = [390, 1440];
const FORMS = ['desktop', 'mobile'] as const;
const CATEGORIES = ['performance', 'accessibility', 'seo'] as const;
/** Of the performance, for whoever looks for what is slow; in milliseconds but for the last. */
const TIMINGS = [
  'first-contentful-paint',
  'largest-contentful-paint',
  'total-blocking-time',
  'cumulative-layout-shift',
];
/** Of the dashboard, those that a customer sees most. */
const PAGES = ['start', 'pricing', 'login', 'project-1', 'project-1-models-1', 'project-1-deployments-1', 'usage'];

type Form = (typeof FORMS)[number];
type Scores = Record<(typeof CATEGORIES)[number], number>;
type Lighthouse = (
  url: string,
  flags: object,
  config?: object,
) => Promise<{
  lhr: {
    categories: Record<string, { score: number | null }>;
    audits: Record<string, { numericValue?: number }>;
  };
}>;

let installation: Installation;
let browser: Browser;
let port: number;
let pages: Pages;
const scores: Record<string, Record<Form, Scores>> = {};
const shifts: Record<string, number> = {};

beforeAll(async () => {
  installation = await Installation.create();
  port = await freePort();
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  [browser] = await Promise.all([
    chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', `--remote-debugging-port=${port}`] }),
    installation.start(),
  ]);
  pages = { ...PUBLIC_PAGES, ...(await demoPages(installation)) };
});
afterAll(async () => {
  if (Object.keys(scores).length === PAGES.length) writeReport();
  await browser?.close();
  await installation.remove();
});

describe('Lighthouse', () => {
  it.each(PAGES.flatMap((name) => FORMS.map((form) => ({ name, form }))))(
    'scores $name on $form',
    async ({ name, form }) => {
      const { default: lighthouse } = (await import(pathToFileURL(`${LIGHTHOUSE}/core/index.js`).href)) as {
        default: Lighthouse;
      };
      const { default: desktop } = (await import(
        pathToFileURL(`${LIGHTHOUSE}/core/config/desktop-config.js`).href
      )) as {
        default: object;
      };
      const isPublic = name in PUBLIC_PAGES;
      const extraHeaders = isPublic ? undefined : { cookie: await sessionOf(installation, 'Demo') };
      const flags = { port, onlyCategories: [...CATEGORIES], extraHeaders, logLevel: 'error' };
      const runs: Scores[] = [];
      for (let run = 0; run < RUNS; run++) {
        const { lhr } = await lighthouse(
          `${installation.url}${pages[name]}`,
          flags,
          form === 'desktop' ? desktop : undefined,
        );
        const value = (audit: string) => Number(lhr.audits[audit]?.numericValue?.toFixed(3));
        console.log(`    ${TIMINGS.map((audit) => `${audit} ${value(audit)}`).join(', ')}`);
        runs.push(
          Object.fromEntries(
            CATEGORIES.map((category) => [category, Math.round(100 * (lhr.categories[category]?.score ?? 0))]),
          ) as Scores,
        );
      }
      const of = (category: keyof Scores) => median(runs.map((each) => each[category]));
      const result = { performance: of('performance'), accessibility: of('accessibility'), seo: of('seo') };
      scores[name] = { ...scores[name]!, [form]: result };
      console.log(`  ${name} on ${form}: ${JSON.stringify(result)}`);
      expect(result.accessibility).toBeGreaterThanOrEqual(SCORE_MIN);
      if (form === 'desktop') expect(result.performance).toBeGreaterThanOrEqual(SCORE_MIN);
      if (isPublic) expect(result.seo).toBeGreaterThanOrEqual(SCORE_MIN);
    },
  );
});

it('no page moves under the reader while it loads', async () => {
  const groups = [
    { pages },
    { cookie: await sessionOf(installation, 'Demo'), pages },
    { cookie: await sessionOf(installation, 'Operator'), pages: OPERATOR_PAGES },
  ];
  for (const { cookie, pages: group } of groups) {
    const context = await browser.newContext({ baseURL: installation.url });
    if (cookie)
      await context.addCookies([{ name: cookie.split('=')[0]!, value: cookie.split('=')[1]!, url: installation.url }]);
    await context.addInitScript(() => {
      const seen = window as unknown as { shift: number };
      seen.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
          if (!entry.hadRecentInput) seen.shift += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    const page = await context.newPage();
    for (const [name, address] of Object.entries(group)) {
      if (!cookie && !(name in PUBLIC_PAGES)) continue;
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(address);
        await page.waitForLoadState('networkidle');
        const shift = await page.evaluate(() => (window as unknown as { shift: number }).shift);
        shifts[address] = Math.max(shifts[address] ?? 0, shift);
      }
    }
    await context.close();
  }
  expect(Object.entries(shifts).filter(([, shift]) => shift > LAYOUT_SHIFT_MAX)).toEqual([]);
});

function writeReport(): void {
  const { version } = JSON.parse(readFileSync(`${LIGHTHOUSE}/package.json`, 'utf8')) as { version: string };
  const day = new Date().toISOString().slice(0, 10);
  const cell = (name: string, { performance, accessibility, seo }: Scores) =>
    `${performance} | ${accessibility} | ${name in PUBLIC_PAGES ? seo : '–'}`;
  const rows = Object.entries(scores).map(
    ([name, { desktop, mobile }]) => `| ${name} | ${cell(name, desktop)} | ${cell(name, mobile)} |`,
  );
  const worst = Object.entries(shifts).toSorted(([, a], [, b]) => b - a)[0];
  writeFileSync(
    REPORT,
    `# Lighthouse

Written by \`npm run lighthouse\`: Lighthouse ${version}, medians of ${RUNS} runs with its own throttling, the demo's data, no other work on the
machine (${cpus().length} cores of ${cpus()[0]!.model}), ${day}. Pages behind the login are not for search engines.

| Page | Desktop: performance | accessibility | SEO | Phone: performance | accessibility | SEO |
| ---- | -------------------- | ------------- | --- | ------------------ | ------------- | --- |
${rows.join('\n')}
${
  worst
    ? `
Of ${Object.keys(shifts).length} pages at ${WIDTHS.join(' and ')} px none moves by more than ${worst[1].toFixed(3)} (cumulative layout shift) while it loads.
`
    : ''
}`,
  );
  execFileSync(process.execPath, ['node_modules/oxfmt/bin/oxfmt', REPORT]);
}
