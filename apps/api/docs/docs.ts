import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../../libs/platform/config/config.js';
import { escape } from '../../../libs/platform/http/html.js';
import type { Language } from '../languages.js';
import { buildOpenApi } from '../openapi.js';
import { newNonce, pagePolicy } from '../security-headers.js';
import { NONCE_PLACE } from '../web.js';
import { renderBody } from './layout.js';
import type { Page } from './page.js';
import { pagesOf } from './pages.js';
import { languageOf } from './texts.js';

/** The build writes it next to the dashboard, with the names of the styles and the script. */
const TEMPLATE = path.resolve('dist/apps/web/docs.html');

/** `/docs` for people, the same as Markdown under `.md` and in `/llms.txt`, and `/openapi.json` for programs. */
export function serveDocs(app: NestFastifyApplication, { PUBLIC_URL }: Config): void {
  const { origin } = new URL(PUBLIC_URL);
  const document = once(() => buildOpenApi(app));
  const pages = {
    en: once(() => pagesOf(document(), origin, 'en')),
    'zh-CN': once(() => pagesOf(document(), origin, 'zh-CN')),
  };
  const template = once(() => (existsSync(TEMPLATE) ? readFileSync(TEMPLATE, 'utf8') : '<html><!--body--></html>'));
  /** By address and language, of which there are as many as pages: an address that is none is not kept. */
  const rendered = new Map<string, string>();

  const show = (request: FastifyRequest, reply: FastifyReply) => {
    const { lang } = request.query as { lang?: unknown };
    const language = languageOf(lang, request.headers['accept-language']);
    const address = request.url.split('?', 1)[0]!.replace(/\/$/, '');
    const page = pages[language]().find((each) => each.path === address.replace(/\.md$/, ''));
    void reply.header('cache-control', 'no-cache').header('vary', 'accept-language');
    if (!page) void reply.status(404);
    if (address.endsWith('.md'))
      return reply.type('text/markdown; charset=utf-8').send(page?.markdown ?? 'There is no such page.\n');
    const view = { language, keepsLanguage: lang === language };
    const key = `${language} ${view.keepsLanguage} ${address}`;
    const html = rendered.get(key) ?? fill(template(), page, language, renderBody(page, pages[language](), view));
    if (page) rendered.set(key, html);
    const nonce = newNonce();
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', pagePolicy(nonce))
      .send(html.replaceAll(NONCE_PLACE, nonce));
  };

  const fastify = app.getHttpAdapter().getInstance();
  for (const address of ['/docs', '/docs.md', '/docs/*']) fastify.get(address, show);
  fastify.get('/llms.txt', (_, reply) => reply.type('text/plain; charset=utf-8').send(listOf(pages.en(), origin)));
  const json = once(() => JSON.stringify(document()));
  fastify.get('/openapi.json', (_, reply) => reply.type('application/json; charset=utf-8').send(json()));
}

function fill(template: string, page: Page | undefined, language: Language, body: string): string {
  const head = page
    ? `<title>${escape(page.title)} · Kindred</title><meta name="description" content="${escape(page.summary)}">`
    : '<title>Kindred</title>';
  return template
    .replace('<html lang="en">', `<html lang="${language}">`)
    .replace('<title>Kindred</title>', () => head)
    .replace('<!--body-->', () => body);
}

/** As llmstxt.org describes it: each page with a line about it. */
function listOf(pages: Page[], origin: string): string {
  const [home] = pages as [Page];
  return home.markdown.replace(/^# .*\n\n(.*)/, '# Kindred\n\n> $1').replaceAll('](/', `](${origin}/`);
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
