import { escape } from '../../libs/platform/http/html.js';
import { type Language, LANGUAGE_TAGS } from './languages.js';

/** Of the pages for everyone, by language and name; the build takes them from the dashboard's texts. */
export type PageTexts = Record<Language, Record<PageName, { title: string; description: string }>>;

type PageName = 'home' | 'pricing' | 'status' | 'logIn' | 'signUp' | 'terms' | 'privacy' | 'dataProcessing';

const PAGES: Record<string, PageName> = {
  '/': 'home',
  '/pricing': 'pricing',
  '/status': 'status',
  '/signup': 'signUp',
  '/login': 'logIn',
  '/terms': 'terms',
  '/privacy': 'privacy',
  '/data-processing': 'dataProcessing',
};
/** Not ours to draw, but to be found. */
const OTHERS = ['/docs'];

/** Whether everyone may see the page, signed in or not. */
export const isPublic = (path: string): boolean => Object.hasOwn(PAGES, path);

/** The tags by which search engines and whoever shares a link know a page; every other page asks not to be listed. */
export function headOf(
  path: string,
  language: string | null,
  texts: PageTexts,
  origin: string,
): { lang: Language; head: string } {
  const lang = LANGUAGE_TAGS.find((each) => each === language) ?? 'en';
  const name = Object.hasOwn(PAGES, path) ? PAGES[path]! : undefined;
  if (!name) return { lang, head: '<title>Kindred</title><meta name="robots" content="noindex" />' };
  const { title, description } = texts[lang][name];
  const url = addressOf(origin, path, lang);
  const head = [
    `<title>${escape(title)}</title>`,
    meta('name', 'description', description),
    `<link rel="canonical" href="${escape(url)}" />`,
    ...LANGUAGE_TAGS.map((each) => alternate(each, addressOf(origin, path, each))),
    alternate('x-default', addressOf(origin, path, 'en')),
    meta('property', 'og:type', 'website'),
    meta('property', 'og:site_name', 'Kindred'),
    meta('property', 'og:title', title),
    meta('property', 'og:description', description),
    meta('property', 'og:url', url),
    meta('property', 'og:locale', lang.replace('-', '_')),
    meta('property', 'og:image', `${origin}/og.png`),
    meta('name', 'twitter:card', 'summary_large_image'),
  ];
  return { lang, head: head.join('\n    ') };
}

export function sitemapXml(origin: string): string {
  const entries = Object.keys(PAGES).flatMap((path) => {
    const links = LANGUAGE_TAGS.map(
      (each) => `<xhtml:link rel="alternate" hreflang="${each}" href="${escape(addressOf(origin, path, each))}"/>`,
    ).join('');
    return LANGUAGE_TAGS.map((each) => `<url><loc>${escape(addressOf(origin, path, each))}</loc>${links}</url>`);
  });
  const others = OTHERS.map((path) => `<url><loc>${escape(origin + path)}</loc></url>`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ...entries,
    ...others,
    '</urlset>',
    '',
  ].join('\n');
}

export function robotsTxt(origin: string): string {
  return ['User-agent: *', 'Disallow: /metrics', `Sitemap: ${origin}/sitemap.xml`, ''].join('\n');
}

/** English has the address alone. */
function addressOf(origin: string, path: string, language: Language): string {
  return `${origin}${path}${language === 'en' ? '' : `?lang=${language}`}`;
}

function alternate(language: string, url: string): string {
  return `<link rel="alternate" hreflang="${language}" href="${escape(url)}" />`;
}

function meta(attribute: 'name' | 'property', name: string, content: string): string {
  return `<meta ${attribute}="${name}" content="${escape(content)}" />`;
}
