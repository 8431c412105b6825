import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../../libs/platform/config/config.js';
import { type Language, likelyLanguage } from './languages.js';
import { PAGE_SCRIPT, pageScriptHeaders } from './page-script.js';
import { headOf, isPublic, type PageTexts, robotsTxt, sitemapXml } from './public-pages.js';
import { newNonce, pagePolicy } from './security-headers.js';

const BUILD = path.resolve('dist/apps/web');
const NOT_PAGES = /^\/(v1|scim|docs|llms|openapi|livez|readyz|metrics|assets|samples|kindred|robots|sitemap)(\/|\.|$)/;
/** The build leaves it in each tag of a script or style, for a nonce to take its place. */
export const NONCE_PLACE = 'NONCE_OF_THIS_ANSWER';
/** What stands in the built page from the language on to the title, in whose place each page has its own. */
const HEAD_PLACE = /<html lang="en">([\s\S]*)<title>.*<\/title>/;

/** Serves the built dashboard; every path that is no route of the API is one of its pages. */
export async function serveWeb(app: NestFastifyApplication, config: Config): Promise<void> {
  const file = path.join(BUILD, 'index.html');
  if (!existsSync(file)) return;
  const page = readFileSync(file, 'utf8');
  const { texts, preload, sections } = JSON.parse(readFileSync(path.join(BUILD, 'pages.json'), 'utf8')) as {
    texts: PageTexts;
    preload: Record<Language | 'shell', string[]>;
    sections: string[];
  };
  // They come with the first files, not once those have run.
  const linksTo = (files: string[]) =>
    files.map((each) => `<link rel="modulepreload" nonce="${NONCE_PLACE}" href="${each}">`).join('');
  const fastify = app.getHttpAdapter().getInstance();
  const ofPageScript = pageScriptHeaders(BUILD);
  await app.register(fastifyStatic, {
    root: BUILD,
    wildcard: false,
    index: false,
    globIgnore: ['*.html', 'pages.json', '**/*.br'],
    preCompressed: true,
    // Built files carry a hash of their content in their name.
    setHeaders: (reply, served) =>
      served.includes(`/${PAGE_SCRIPT}`)
        ? reply.headers(ofPageScript(reply.request.url))
        : reply.header(
            'cache-control',
            served.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
          ),
  });
  fastify.get('/robots.txt', (_, reply) => reply.type('text/plain; charset=utf-8').send(robotsTxt(config.PUBLIC_URL)));
  fastify.get('/sitemap.xml', (_, reply) =>
    reply.type('application/xml; charset=utf-8').send(sitemapXml(config.PUBLIC_URL)),
  );
  fastify.addHook('onRequest', async (request, reply) => {
    const [route, query] = request.url.split('?', 2) as [string, string | undefined];
    // A probe or a program takes anything, and may ask for what everyone is shown.
    const isPage = isPublic(route) || (request.headers.accept?.includes('text/html') && !NOT_PAGES.test(route));
    if (!isPage || !['GET', 'HEAD'].includes(request.method)) return undefined;
    const nonce = newNonce();
    const language = new URLSearchParams(query).get('lang');
    // Cookies are not parsed this early; a page that is wrong about them asks the API.
    const isVisitor = !request.headers.cookie?.includes('kindred_session=');
    const { lang, head } = headOf(route, language, texts, config.PUBLIC_URL);
    const ofLanguage = preload[likelyLanguage(language, request.headers['accept-language'])];
    // A visitor's page is small, and sooner there where nothing else is loaded next to its script.
    const links = isVisitor ? '' : linksTo([...preload.shell, ...ofLanguage]);
    const html = page.replace(
      HEAD_PLACE,
      (_, between: string) =>
        `<html lang="${lang}"${isVisitor ? ' data-visitor' : ''}${config.KINDRED_MAILBOX ? ' data-mailbox' : ''}>${between}${head}${links}`,
    );
    const section = route.split('/', 2)[1]!;
    return reply
      .status(section === '' || sections.includes(section) ? 200 : 404)
      .headers({
        'content-type': 'text/html; charset=utf-8',
        // The page names files that a release replaces.
        'cache-control': 'no-cache',
        'content-security-policy': pagePolicy(nonce, { hasFrames: config.KINDRED_MAILBOX && route === '/_mailbox' }),
      })
      .send(html.replaceAll(NONCE_PLACE, nonce));
  });
}
