import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { build, defineConfig, type Plugin, type Rolldown } from 'vite';

/** Next to each file that shrinks, the same compressed, which the server sends to whoever takes it. */
const precompress: Plugin = {
  name: 'precompress',
  writeBundle({ dir }, bundle) {
    for (const name of Object.keys(bundle).filter((each) => /\.(js|css)$/.test(each))) {
      const file = path.join(dir!, name);
      const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
      writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file), { params }));
    }
  },
};

/** The licences of the samples, which the API hands out: by the name under `/samples/`. */
const SAMPLES = {
  'films.license.txt': 'movietweetings/LICENSE',
  'questions.license.txt': 'banking77/LICENSE',
};

const samples: Plugin = {
  name: 'samples',
  buildStart() {
    for (const [name, file] of Object.entries(SAMPLES)) {
      const source = readFileSync(new URL(`../../prisma/seed/${file}`, import.meta.url));
      this.emitFile({ type: 'asset', fileName: `samples/${name}`, source });
    }
  },
};

/** One file by itself, for the pages of customers: it shares nothing with ours, and needs none of their tools. */
const pageScript: Plugin = {
  name: 'page-script',
  async buildStart() {
    const entry = fileURLToPath(new URL('src/page-script/kindred.ts', import.meta.url));
    const built = await build({
      configFile: false,
      logLevel: 'error',
      build: { write: false, target: 'es2020', lib: { entry, formats: ['iife'], name: 'kindred' } },
    });
    const [{ output }] = built as Rolldown.RolldownOutput[] as [Rolldown.RolldownOutput];
    this.emitFile({ type: 'asset', fileName: 'kindred.js', source: output[0].code });
  },
};

const textsOf = (language: string) =>
  JSON.parse(readFileSync(new URL(`src/i18n/${language}.json`, import.meta.url), 'utf8')).meta as object;

/** What the paths of the pages begin with, near enough to tell an address that leads nowhere. */
const findSections = () => {
  const router = readFileSync(new URL('src/router.tsx', import.meta.url), 'utf8');
  return [...new Set([...router.matchAll(/path: '\/([\w-]+)/g)].map(([, section]) => section))];
};

/**
 * For the server, apps/api/web.ts: what it says of the pages for everyone, in each language, which files the pages of whoever is signed in begin
 * with, and those of each language, and which pages there are.
 */
const pages: Plugin = {
  name: 'pages',
  generateBundle(_, bundle) {
    const texts = { en: textsOf('en'), 'zh-CN': textsOf('zh-CN') };
    const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
    const filesOf = (module: string) => {
      const chunk = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(module))!;
      return [chunk.fileName, ...chunk.imports].map((file) => `/${file}`);
    };
    const preload = {
      shell: filesOf('shell/app-layout.tsx'),
      en: filesOf('i18n/en.json'),
      'zh-CN': [...filesOf('i18n/zh-CN.json'), ...filesOf('i18n/api.zh-CN.json')],
    };
    this.emitFile({
      type: 'asset',
      fileName: 'pages.json',
      source: JSON.stringify({ texts, preload, sections: findSections() }),
    });
  },
};

/** The documentation is no application: it loads none of it but how choices are kept. */
const OF_DOCS = /docs\.html|src[\\/]docs[\\/]/;
const PREFERENCE = /src[\\/]shell[\\/]preference/;
/** What the parts of the screens stand on: dialogs, menus, tabs. */
const PARTS = /node_modules[\\/](react-aria|react-stately|@react-aria|@react-stately|@internationalized)/;
/** What pages share of ours, without what is loaded where it is looked at. */
const SCREENS = /lucide-react|d3-array|apps[\\/]web[\\/]src[\\/](?!docs|ui[\\/]range-calendar)/;

/** Who comes for the first time waits for no more than this. */
const FOR_VISITORS = /src[\\/](visitors[\\/]landing|visitors[\\/]pricing|dashboard[\\/]auth[\\/](login|signup))-page/;

/** The group of a module that the pages for visitors stand on. */
function nameOfVisitors(id: string, graph: Rolldown.ChunkingContext): string | null {
  const seen = new Set<string>();
  const isReached = (each: string): boolean => {
    if (seen.has(each)) return false;
    seen.add(each);
    return FOR_VISITORS.test(each) || (graph.getModuleInfo(each)?.importers ?? []).some(isReached);
  };
  return isReached(id) ? 'visitors' : null;
}

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  // React Aria speaks thirty languages; the screens speak two.
  plugins: [
    react(),
    tailwindcss(),
    { ...optimizeLocales.vite({ locales: ['en-US', 'zh-CN'] }), enforce: 'pre' },
    samples,
    pageScript,
    pages,
    precompress,
  ],
  // The server puts a nonce of its own here in each answer: apps/api/web.ts.
  html: { cspNonce: 'NONCE_OF_THIS_ANSWER' },
  build: {
    outDir: fileURLToPath(new URL('../../dist/apps/web', import.meta.url)),
    emptyOutDir: true,
    // The server's policy has no data: fonts or scripts, so every asset is a file.
    assetsInlineLimit: 0,
    // Every browser that runs the rest knows it; and the documentation would load the application for it.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'docs.html'].map((page) => fileURLToPath(new URL(page, import.meta.url))),
      // Without groups each module that two pages share would be a file, and a page fifty of them, one after the other.
      output: {
        codeSplitting: {
          groups: [
            { name: 'preference', test: PREFERENCE, priority: 4 },
            { name: 'start', tags: ['$initial'], test: (id) => !OF_DOCS.test(id), priority: 3 },
            { name: 'parts', test: PARTS, minShareCount: 3, priority: 2 },
            { name: nameOfVisitors, minShareCount: 2, priority: 2 },
            { name: 'screens', test: SCREENS, minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/v1': process.env.KINDRED_URL ?? 'http://localhost:3000' } },
});
