import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Language } from '../languages.js';
import type { Page } from './page.js';
import { referencePages } from './reference.js';
import { TEXTS } from './texts.js';

const GUIDES = path.resolve('docs/guides');
/** The guides in the order in which one reads them. */
const ORDER = [
  'quick-start',
  'uploading',
  'events',
  'browser',
  'ids-and-retries',
  'errors',
  'limits',
  'billing',
  'webhooks',
  'members',
  'single-sign-on',
  'audit-log',
  'families',
  'labelling',
];
/** What the guides call the address of the platform, which each installation has its own of. */
const ANY_ORIGIN = 'http://localhost:3000';

/** Every page: the start, the guides and the reference. A guide that is not written in the language comes in English. */
export function pagesOf(document: OpenAPIObject, origin: string, language: Language): Page[] {
  const guides = ORDER.map((slug) => readGuide(slug, origin, language));
  const reference = referencePages(document, origin);
  return [homeOf(guides, reference, language), ...guides, ...reference];
}

function readGuide(slug: string, origin: string, language: Language): Page {
  const folder = path.join(GUIDES, language);
  const isWritten =
    language !== 'en' && readdirSync(GUIDES).includes(language) && readdirSync(folder).includes(`${slug}.md`);
  const file = path.join(isWritten ? folder : GUIDES, `${slug}.md`);
  const markdown = readFileSync(file, 'utf8').replaceAll(ANY_ORIGIN, origin);
  const [, title, summary] = /^# (.+)\n\n([\s\S]+?)\n\n/.exec(markdown)!;
  const entries = [...markdown.matchAll(/^## (.+)$/gm)].map(([, heading]) => ({ title: heading!, words: '' }));
  const plain = summary!.replaceAll('\n', ' ').replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1');
  return { path: `/docs/guides/${slug}`, section: 'guides', title: title!, summary: plain, markdown, entries };
}

function homeOf(guides: Page[], reference: Page[], language: Language): Page {
  const t = TEXTS[language];
  const listed = (pages: Page[]) =>
    pages.map((page) => `- [${page.title}](${page.path}.md): ${page.summary}`).join('\n');
  const markdown = [
    `# ${t.docs}`,
    t.introduction,
    `## ${t.guides}`,
    listed(guides),
    `## ${t.reference}`,
    listed(reference),
    `## ${t.programs}`,
    `- [openapi.json](/openapi.json): ${t.openapi}\n- [llms.txt](/llms.txt): ${t.llms}\n`,
  ].join('\n\n');
  return { path: '/docs', section: 'home', title: t.docs, summary: t.introduction, markdown, entries: [] };
}
