// What must be true before any command runs: a Node that is new enough, the dependencies, the build. This file and its
// neighbours run on whatever Node the machine has, before anything is installed, so they are plain JavaScript without imports.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
// As a whole, because an old Node lacks some of its functions and must get as far as being told that it is too old.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAddon } from '../kernels/build-addon.mjs';
import { findStrangersIn } from './installed.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

const NODE_MIN = [20, 19];
const NODE_RUN_MIN = [22, 18];
const INSTALL_BYTES = 1.5e9;
/** Postgres needs some 40 MB for an empty cluster and as much again for its log. */
const DATA_BYTES = 0.2e9;

/** Ends the command with one line that says what to do. */
export function fail(message) {
  console.error(`kindred: ${message}`);
  process.exit(1);
}

export function checkMachine() {
  if (isOlder(process.versions.node, NODE_MIN)) {
    fail(`Node ${process.versions.node} is too old: install Node ${NODE_MIN.join('.')} or later, then run this again.`);
  }
  process.chdir(root);
  const dataFolder = path.resolve(process.env.KINDRED_DATA_DIR || path.join(root, '.kindred'));
  for (const folder of [root, dataFolder]) checkWritable(folder);
  checkSpace(dataFolder, DATA_BYTES);
}

function isOlder(version, [major, minor]) {
  const [actualMajor, actualMinor] = version.split('.').map(Number);
  return actualMajor < major || (actualMajor === major && actualMinor < minor);
}

function checkWritable(folder) {
  const probe = path.join(folder, `.write-probe-${process.pid}`);
  try {
    fs.mkdirSync(folder, { recursive: true });
    // A full disk may still make an empty file, so the probe has a body.
    fs.writeFileSync(probe, Buffer.alloc(65_536));
    fs.rmSync(probe);
  } catch (error) {
    fs.rmSync(probe, { force: true });
    const advice = {
      EROFS: 'is on a read-only disk: copy Kindred to a disk that can be written to',
      EACCES: `cannot be written to by ${process.env.USER ?? 'you'}: change its owner, or run from a folder of your own`,
      ENOSPC: 'is on a full disk: free some space',
    };
    fail(`${folder} ${advice[error.code] ?? `cannot be written to (${error.message})`}, then run this again.`);
  }
}

function checkSpace(folder, bytes) {
  const { bavail, bsize } = fs.statfsSync(folder);
  if (bavail * bsize < bytes)
    fail(`the disk of ${folder} has less than ${bytes / 1e9} GB free: free some, then run this again.`);
}

/** Runs a command with its output kept back; when it fails, shows the end of it and stops. */
function quietly(what, command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output = (output + chunk).slice(-20_000)));
    child.on('error', (error) => fail(`${what} could not start: ${error.message}`));
    child.on('exit', (code) => {
      if (code === 0) return resolve();
      if (/ENOSPC|no space left/i.test(output)) fail(`${what} ran out of disk space: free some, then run this again.`);
      console.error(output.trim().split('\n').slice(-30).join('\n'));
      fail(`${what} failed (see above).`);
    });
  });
}

/** The npm that runs this, else the machine's. */
const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
/** Of every installation. */
const NPM_OPTIONS = ['--no-audit', '--no-fund', '--loglevel=error'];

/** Installs the dependencies that package-lock.json names, when they are not the ones that are there. */
export async function install() {
  const stamp = path.join(root, 'node_modules/.kindred-installed');
  const wanted = hash([path.join(root, 'package-lock.json')]);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
  checkSpace(root, INSTALL_BYTES);
  console.error('Installing dependencies…');
  // `npm ci` refuses a lock file that lacks packages of platforms which a registry does not carry. `npm install` leaves such
  // packages out, but would also add what the lock file forgot, so what it did is looked at.
  const isExact =
    spawnSync(npm[0], [...npm.slice(1), 'ci', ...NPM_OPTIONS], { cwd: root, stdio: 'ignore' }).status === 0;
  if (!isExact) await quietly('npm install', npm[0], [...npm.slice(1), 'install', '--no-save', ...NPM_OPTIONS]);
  const strangers = findStrangersIn(root);
  if (strangers.length > 0) {
    fail(
      `npm installed what package-lock.json does not name: ${strangers.join('; ')}. Whoever changed package.json must run npm install --package-lock-only and commit package-lock.json.`,
    );
  }
  fs.writeFileSync(stamp, wanted);
}

/**
 * Installs what one command alone wants and everyone else would wait for, without its scripts.
 *
 * @returns its node_modules; undefined where npm could not
 */
export function installApart(name, packageAndVersion) {
  const folder = path.join(root, '.kindred', name);
  const modules = path.join(folder, 'node_modules');
  if (fs.existsSync(path.join(modules, packageAndVersion.replace(/(.)@.*/, '$1')))) return modules;
  console.log(`Installing ${packageAndVersion}…`);
  const options = ['--no-save', '--ignore-scripts', ...NPM_OPTIONS];
  const args = [...npm.slice(1), 'install', '--prefix', folder, ...options, packageAndVersion];
  return spawnSync(npm[0], args, { stdio: 'inherit' }).status === 0 ? modules : undefined;
}

/** The pinned Node that npm installed for this platform; else the machine's own, if it is new enough. */
export function pinnedNode() {
  const pinned = path.join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (fs.existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0) return pinned;
  if (!isOlder(process.versions.node, NODE_RUN_MIN)) return process.execPath;
  return fail(
    `npm has no Node for ${process.platform}-${process.arch}, and ${process.versions.node} is too old: install Node ${NODE_RUN_MIN.join('.')} or later.`,
  );
}

/** Prisma's client, compiled TypeScript, the dashboard and the native kernels, when their sources changed since they were last built. */
export async function build() {
  const node = pinnedNode();
  // Before the first `await`, so that the compiler works next to the others; it never fails, as WebAssembly stands in.
  const addon = buildAddon(root);
  await Promise.all([addon, buildJavaScript(node)]);
}

async function buildJavaScript(node) {
  const stamp = path.join(root, 'dist/.kindred-built');
  const wanted = hash(sources());
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) return;
  console.error('Building…');
  fs.rmSync(stamp, { force: true });
  await generatePrismaClient(node);
  await Promise.all([
    quietly('the TypeScript build', node, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json']),
    quietly(
      'the dashboard build',
      node,
      ['node_modules/vite/bin/vite.js', 'build', '--config', 'apps/web/vite.config.ts'],
      // Whoever starts it; elsewhere React brings what only its developers want.
      { NODE_ENV: 'production' },
    ),
  ]);
  fs.writeFileSync(stamp, wanted);
}

/** `generate` needs no engine, but looks for one and would download it: any existing file satisfies the look. */
export function generatePrismaClient(node) {
  const env = { PRISMA_SCHEMA_ENGINE_BINARY: node, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  return quietly('prisma generate', node, ['node_modules/prisma/build/index.js', 'generate'], env);
}

/** What the build is made of; a specification is compiled as it runs. */
function sources() {
  const files = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'prisma.config.ts'];
  for (const folder of ['apps', 'libs', 'infra', 'tools', 'prisma', 'bench', 'test/factories', 'test/toy-family']) {
    for (const entry of fs.readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })) {
      const file = path.relative(root, path.join(entry.parentPath, entry.name));
      const isBuilt = !/\.spec\.tsx?$|\/conformance\.ts$|\/database\/generated\//.test(file);
      if (entry.isFile() && isBuilt) files.push(file);
    }
  }
  return files.sort().map((file) => path.join(root, file));
}

function hash(files) {
  const digest = createHash('sha256');
  for (const file of files) digest.update(path.relative(root, file)).update(fs.readFileSync(file));
  return digest.digest('hex');
}

/** By which a command is told to end. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program to its end with our own input and output, passing signals on. Should this process be killed outright,
 * the program learns it from its closed channel.
 *
 * @param onOutput takes what it writes, in place of our own output
 * @returns the exit code
 */
export function run(command, args, env = {}, onOutput = undefined) {
  const output = onOutput ? 'pipe' : 'inherit';
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['inherit', output, output, 'ipc'],
      detached: true,
    });
    const parent = process.ppid;
    // npm's shell may die without passing the signal on; then nobody else would tell us.
    const watch = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500);
    const end = () => child.kill('SIGTERM');
    for (const signal of SIGNALS) process.on(signal, end);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', onOutput);
    child.on('close', (code) => {
      clearInterval(watch);
      for (const signal of SIGNALS) process.off(signal, end);
      resolve(code ?? 1);
    });
  });
}
