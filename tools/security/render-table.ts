import { globSync, readFileSync } from 'node:fs';
import { REQUIREMENTS } from './requirements.js';

interface HoldingTest {
  file: string;
  title: string;
}

const SPECS = '{test,libs,infra,tools,apps,prisma}/**/*.spec.ts';
/** A text that begins as the title of a test which holds requirements does. */
const TITLE = /(['"`])(S\d+(?:, S\d+)*): ((?:\\.|(?!\1)[^\\])*)\1/g;

const INTRODUCTION = `# Security

What Kindred promises, and the tests that hold it. \`npm run security-table\` writes this page: the promises from
\`tools/security/requirements.ts\`, the tests from the specs, where a title that begins with the number, such as \`S13: …\`, holds that
promise. A test fails where this page is out of date.
`;

/** The text of docs/security.md. */
export function renderSecurityTable(): string {
  const held = findHoldingTests();
  for (const number of held.keys()) {
    if (!REQUIREMENTS[number])
      throw new Error(`${held.get(number)![0]!.file} holds S${number}, which tools/security/requirements.ts lacks.`);
  }
  const rows = Object.entries(REQUIREMENTS).map(([number, text]) => {
    const tests = (held.get(Number(number)) ?? []).map(({ file, title }) => `${escape(title)} (\`${file}\`)`);
    return `| ${number} | ${text} | ${tests.length > 0 ? tests.join('<br>') : 'not yet'} |`;
  });
  return `${INTRODUCTION}\n| # | Promise | Held by |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** By requirement, the tests whose titles name it. */
export function findHoldingTests(): Map<number, HoldingTest[]> {
  const held = new Map<number, HoldingTest[]>();
  for (const file of globSync(SPECS).sort()) {
    for (const [, , numbers, title] of readFileSync(file, 'utf8').matchAll(TITLE)) {
      for (const number of numbers!.split(', ').map((each) => Number(each.slice(1)))) {
        held.set(number, [...(held.get(number) ?? []), { file, title: title! }]);
      }
    }
  }
  return held;
}

/** In a cell a bar would end it, and a backslash stands for itself in no title. */
function escape(title: string): string {
  return title.replaceAll('\\', '').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
