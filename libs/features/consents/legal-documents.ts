import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Marked } from 'marked';
import { escape } from '../../platform/http/html.js';
import { IMPORTS_KEPT, RETENTION } from '../retention/index.js';

/** What a person agrees to by signing up. */
export const CONSENT_DOCUMENTS = ['terms', 'privacy'] as const;
export const LEGAL_DOCUMENTS = [...CONSENT_DOCUMENTS, 'data-processing'] as const;
export const LEGAL_LANGUAGES = ['en', 'zh'] as const;

export type ConsentDocument = (typeof CONSENT_DOCUMENTS)[number];
export type LegalName = (typeof LEGAL_DOCUMENTS)[number];
type LegalLanguage = (typeof LEGAL_LANGUAGES)[number];

export interface LegalDocument {
  name: LegalName;
  title: string;
  /** A date, of the newest of its languages: who agreed to it agreed to all. */
  version: string;
  html: string;
}

const OURS = path.resolve('docs/legal');
/** A title, an empty line, and the day from which on it holds. */
const START = /^# (.+)\n\n(?:Version|版本)[:：] ?(\d{4}-\d{2}-\d{2})\n/;
const COLUMNS = { en: ['What', 'Days'], zh: ['内容', '天数'] };

/**
 * Terms, privacy text and data processing of an installation, each in every language.
 *
 * @param folder whose files take the place of those of the same name here; null where the installation has none of its own
 * @throws Error that names the file which does not begin with a title and a version
 */
export function readLegalDocuments(
  folder: string | null,
  subProcessors: string[],
): Record<LegalName, Record<LegalLanguage, LegalDocument>> {
  const read = (name: LegalName) => {
    const files = LEGAL_LANGUAGES.map((language) => readOne(folder, name, language));
    const version = files
      .map((each) => each.version)
      .toSorted()
      .at(-1)!;
    const documents = LEGAL_LANGUAGES.map((language, place) => {
      const { title, text } = files[place]!;
      const filled = text
        .replace('<!--retention-->', () => retentionTable(language))
        .replace('<!--imports-kept-->', String(IMPORTS_KEPT))
        .replace(/<!--sub-processors: (.*?)-->/, (_, none: string) =>
          subProcessors.length > 0 ? subProcessors.map((each) => `- ${each}`).join('\n') : none,
        );
      return [language, { name, title, version, html: MARKED.parse(filled) as string }];
    });
    return [name, Object.fromEntries(documents)];
  };
  return Object.fromEntries(LEGAL_DOCUMENTS.map(read)) as ReturnType<typeof readLegalDocuments>;
}

const MARKED = new Marked({ renderer: { html: ({ text }) => escape(text) } });

function readOne(folder: string | null, name: LegalName, language: LegalLanguage) {
  const file = language === 'en' ? `${name}.md` : `${language}/${name}.md`;
  const theirs = folder && path.join(folder, file);
  const from = theirs && existsSync(theirs) ? theirs : path.join(OURS, file);
  const markdown = readFileSync(from, 'utf8');
  const start = START.exec(markdown);
  if (!start) throw new Error(`${from}: must begin with "# Title", an empty line, and "Version: 2026-11-30".`);
  return { title: start[1]!, version: start[2]!, text: markdown.slice(start[0].length) };
}

/** As docs/retention.md has it. */
function retentionTable(language: LegalLanguage): string {
  const rows = RETENTION.map(({ what, whatZh, days }) => `| ${language === 'zh' ? whatZh : what} | ${days} |`);
  return [`| ${COLUMNS[language].join(' | ')} |`, '| --- | ---: |', ...rows].join('\n');
}
