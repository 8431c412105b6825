import { globSync, readFileSync } from 'node:fs';
import { BILLING } from './billing.js';
import { SECURITY } from './security.js';

/** A page of docs/ with what Kindred promises of one thing, and the tests that hold it. */
interface Page {
  file: string;
  /** Before the number of a promise, in the title of a test that holds it. */
  letter: string;
  heading: string;
  source: string;
  promises: Record<number, string>;
}

export const PAGES: Page[] = [
  {
    file: 'docs/security.md',
    letter: 'S',
    heading: '# Security\n\nWhat Kindred promises, and the tests that hold it.',
    source: 'tools/promises/security.ts',
    promises: SECURITY,
  },
  {
    file: 'docs/billing.md',
    letter: 'B',
    heading:
      '# Billing\n\nFifteen ways in which billing has gone wrong elsewhere: what Kindred promises instead, and the tests that hold it.',
    source: 'tools/promises/billing.ts',
    promises: BILLING,
  },
];

interface HoldingTest {
  file: string;
  title: string;
}

const SPECS = '{test,libs,infra,tools,apps,prisma}/**/*.spec.ts';
/** A text that begins as the title of a test which holds promises does. */
const TITLE = /(['"`])([A-Z]\d+(?:, [A-Z]\d+)*): ((?:\\.|(?!\1)[^\\])*)\1/g;

/** The text of the page. */
export function renderPage({ letter, heading, source, promises }: Page): string {
  const held = findHoldingTests(letter);
  for (const [number, tests] of held) {
    if (!promises[number]) throw new Error(`${tests[0]!.file} holds ${letter}${number}, which ${source} lacks.`);
  }
  const rows = Object.entries(promises).map(([number, text]) => {
    const tests = (held.get(Number(number)) ?? []).map(({ file, title }) => `${escape(title)} (\`${file}\`)`);
    return `| ${number} | ${text} | ${tests.length > 0 ? tests.join('<br>') : 'not yet'} |`;
  });
  const origin = `\`npm run promises\` writes this page: the promises from \`${source}\`, the tests from the specs, where a title that begins with the number, such as \`${letter}13: …\`, holds that promise. A test fails where this page is out of date.`;
  return `${heading} ${origin}\n\n| # | Promise | Held by |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** By promise of the letter, the tests whose titles name it. */
export function findHoldingTests(letter: string): Map<number, HoldingTest[]> {
  const held = new Map<number, HoldingTest[]>();
  for (const file of globSync(SPECS).sort()) {
    for (const [, , numbers, title] of readFileSync(file, 'utf8').matchAll(TITLE)) {
      for (const number of numbers!.split(', ').filter((each) => each.startsWith(letter))) {
        const place = Number(number.slice(1));
        held.set(place, [...(held.get(place) ?? []), { file, title: title! }]);
      }
    }
  }
  return held;
}

/** In a cell a bar would end it, and a backslash stands for itself in no title. */
function escape(title: string): string {
  return title.replaceAll('\\', '').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
