import { Marked, type Tokens } from 'marked';
import { escape } from '../../../libs/platform/http/html.js';
import { type Language, LANGUAGES } from '../languages.js';
import type { Page } from './page.js';
import { TEXTS } from './texts.js';

interface View {
  language: Language;
  /** Whether links keep the language, as the address named it. */
  keepsLanguage: boolean;
}

/** Code that stands folded beneath the curl line, by the language of its fence. */
const FOLDED: Record<string, string> = { ts: 'TypeScript', python: 'Python' };

const LOGO =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="24" rx="6" fill="#0f766e"/><g fill="none" stroke="#fff" stroke-width="1.8"><circle cx="9.2" cy="12" r="4.4"/><circle cx="14.8" cy="12" r="4.4"/></g><path d="M12 8.6a4.4 4.4 0 0 1 0 6.8 4.4 4.4 0 0 1 0-6.8z" fill="#fff"/></svg>';

/** What stands in the body of a page. */
export function renderBody(page: Page | undefined, pages: Page[], view: View): string {
  const t = TEXTS[view.language];
  const other: Language = view.language === 'en' ? 'zh-CN' : 'en';
  const link = (path: string) => linkOf(path, view);
  const content = page ? renderMarkdown(page.markdown, view) : `<h1>${t.missing}</h1><p>${t.missingHint}</p>`;
  return `<a class="skip" href="#page">${t.skip}</a>
<header class="top">
  <a class="brand" href="/">${LOGO}Kindred</a>
  <a class="wide" href="${link('/docs')}">${t.docs}</a>
  <a class="to-contents" href="#contents">${t.contents}</a>
  <span class="space"></span>
  <a href="?lang=${other}" hreflang="${other}" lang="${other}" data-language="${other}">${LANGUAGES[other]}</a>
  <button type="button" id="theme" hidden aria-label="${t.theme}"></button>
  <a class="wide" href="/">${t.dashboard}</a>
</header>
<div class="frame">
  <main id="page" lang="${page && isInEnglish(page) ? 'en' : view.language}">${content}</main>
  <nav id="contents" aria-label="${t.contents}">
    <input type="search" id="filter" hidden autocomplete="off" aria-label="${t.filter}" placeholder="${t.filter}">
    <p id="nothing" role="status" data-text="${t.nothing}"></p>
    <h2>${t.guides}</h2>
    ${renderList(pages, 'guides', page, view)}
    <h2>${t.reference}</h2>
    ${renderList(pages, 'reference', page, view)}
  </nav>
</div>
<footer>
  <a href="/status">${t.status}</a>
  ${page ? `<a href="${page.path}.md">${t.markdown}</a>` : ''}
  <a href="/openapi.json">openapi.json</a>
  <a href="/llms.txt">llms.txt</a>
</footer>`;
}

/** Each page with what is found within it; the page that is shown stands open. */
function renderList(pages: Page[], section: Page['section'], shown: Page | undefined, view: View): string {
  return pages
    .filter((page) => page.section === section)
    .map((page) => {
      const isShown = page === shown;
      const entries = page.entries.map(
        ({ title, words }) =>
          `<li data-words="${escape(`${title} ${words}`.toLowerCase())}"><a href="${linkOf(page.path, view)}#${slugOf(title)}">${escape(title)}</a></li>`,
      );
      return `<details${isShown ? ' open' : ''} data-words="${escape(`${page.title} ${page.summary}`.toLowerCase())}"><summary>${escape(page.title)}</summary>
<ul><li><a href="${linkOf(page.path, view)}"${isShown ? ' aria-current="page"' : ''}>${escape(page.title)}</a></li>${entries.join('')}</ul></details>`;
    })
    .join('\n');
}

function renderMarkdown(markdown: string, view: View): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        const id = depth === 2 ? ` id="${slugOf(text)}"` : '';
        return `<h${depth}${id}>${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      code({ text, lang = '' }: Tokens.Code) {
        const code = `<pre tabindex="0"><code>${escape(text)}</code></pre>\n`;
        const name = FOLDED[lang];
        return name ? `<details class="code"><summary>${name}</summary>${code}</details>\n` : code;
      },
      link({ href, tokens }: Tokens.Link) {
        return `<a href="${escape(pageOf(href, view))}">${this.parser.parseInline(tokens)}</a>`;
      },
      // Nobody writes HTML here; what looks like it is text.
      html: ({ text }: Tokens.HTML | Tokens.Tag) => escape(text),
    },
    hooks: {
      postprocess: (html) =>
        html.replaceAll('<table>', '<div class="table" tabindex="0"><table>').replaceAll('</table>', '</table></div>'),
    },
  });
  return marked.parse(markdown) as string;
}

/** Links name the Markdown, as its readers want it: who reads the page goes to the page. */
function pageOf(href: string, view: View): string {
  if (/^[a-z]+:/.test(href)) return href;
  const page = href.replace(/\.md(?=[?#]|$)/, '');
  return page === href || page.includes('?') ? page : linkOf(page, view);
}

function linkOf(path: string, { keepsLanguage, language }: View): string {
  const [page, anchor] = path.split('#');
  return `${page}${keepsLanguage ? `?lang=${language}` : ''}${anchor ? `#${anchor}` : ''}`;
}

function isInEnglish({ section, markdown }: Page): boolean {
  return section === 'reference' || !/\p{Script=Han}/u.test(markdown.split('\n', 1)[0]!);
}

function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
}
