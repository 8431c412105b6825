import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fail, installApart, pinnedNode } from './prepare.mjs';

const SPARTICUZ = '@sparticuz/chromium@153.0.0';
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A Chromium for the browser test: the one named or installed, else Debian's, else one from npm. */
export async function findChromium() {
  return (
    process.env.CHROMIUM_PATH ||
    installed() ||
    fromDebian() ||
    (await fromNpm()) ||
    fail('no Chromium could be had: install one, or set CHROMIUM_PATH.')
  );
}

function installed() {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => existsSync(file));
}

function fromDebian() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return undefined;
  console.log('Installing Chromium…');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { env, stdio: 'ignore' }).status === 0;
  return apt('update') && apt('install', '-y', '--no-install-recommends', 'chromium') ? installed() : undefined;
}

/** The package unpacks its browser where it is first asked for it; it stays out of package.json because of its size. */
async function fromNpm() {
  const folder = installApart('chromium', SPARTICUZ);
  if (!folder) return undefined;
  const script = `import('${folder}/@sparticuz/chromium/build/esm/index.js').then(async (m) => console.log(await m.default.executablePath()))`;
  const found = spawnSync(pinnedNode(), ['-e', script], { encoding: 'utf8' }).stdout.trim();
  return found && existsSync(found) && readdirSync(path.dirname(found)).length > 0 ? found : undefined;
}
