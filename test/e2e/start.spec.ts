import { execFile, spawn } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tasteCsv, until } from '../factories/api.js';
import { Installation } from '../factories/installation.js';

let installation: Installation;

beforeAll(async () => {
  installation = await Installation.create();
  await installation.start();
});
afterAll(() => installation.remove());

describe('npm start', () => {
  it('prints a curl line with a working key, which answers with titles', async () => {
    const { items, source } = await installation.curl();
    expect(source).toBe('model');
    expect(items).toHaveLength(5);
    for (const { attributes } of items) expect(attributes.title).toMatch(/\(\d{4}\)$/);
  });

  it('answers with recommendations at the end of the walk that README.md tells to paste', async () => {
    const [, walk] = /## The same over HTTP\n\n```sh\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))!;
    const script = walk!.replace('http://localhost:3000', installation.url);
    const cwd = mkdtempSync(path.join(tmpdir(), 'kindred-walk-'));
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd });
    const answer = JSON.parse(stdout.slice(stdout.lastIndexOf('{"recommendationId"')));
    expect(answer.source).toBe('model');
    expect(answer.items).toHaveLength(10);
    rmSync(cwd, { recursive: true });
  });

  it('keeps what it holds from every other account: folders 0700, files 0600', () => {
    const open = readdirSync(installation.directory, { recursive: true, encoding: 'utf8' })
      // Postgres runs as another account and sees to its own files.
      .filter((name) => !/^postgres(\/|$)/.test(name))
      .filter((name) => (lstatSync(path.join(installation.directory, name)).mode & 0o077) !== 0);
    expect(open).toEqual([]);
    expect(readdirSync(installation.directory)).toEqual(expect.arrayContaining(['logs', 'objects', 'secrets.json']));
  });

  it('says who holds the port or the data where it is started twice', async () => {
    const again = await failedStart({ KINDRED_DATA_DIR: installation.directory, PORT: String(installation.port) });
    expect(again).toMatch(/is in use by process \d+: stop that one first/);
    const server = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    const busy = await failedStart({ KINDRED_DATA_DIR: `${installation.directory}/other`, PORT: String(port) });
    expect(busy).toMatch(
      new RegExp(
        `^kindred: port ${port} is busy: stop what listens there, or choose another with PORT=\\d+ npm start\\.\n$`,
      ),
    );
    server.close();
  });

  it('names a setting that is wrong', async () => {
    expect(await failedStart({ PORT: 'http' })).toMatch(/Configuration: .*\n.*PORT/);
    expect(await failedStart({ KINDRED_DATA_DIRECTORY: '/x' })).toMatch(/KINDRED_DATA_DIRECTORY/);
    expect(await failedStart({ PUBLIC_URL: 'https://kindred.example' })).toMatch(/set KINDRED_SEED=none/);
  });

  it('gives each process the secrets that it needs and no other', () => {
    const namesOf = (script: string) => {
      const found = installation.processes().find(({ command }) => command.includes(script));
      const names = readFileSync(`/proc/${found!.pid}/environ`, 'utf8').split('\0');
      return names.map((entry) => entry.split('=', 1)[0]!).filter(Boolean);
    };
    // It collects invoices; what it starts for a customer's file or training has none of them.
    expect(
      namesOf('dist/apps/worker/main.js')
        .filter((name) => name.startsWith('STRIPE_'))
        .sort(),
    ).toEqual(['STRIPE_API_URL', 'STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET']);
    expect(namesOf('dist/apps/local-stripe/main.js').sort()).toEqual([
      'LOCAL_STRIPE_FILE',
      'LOCAL_STRIPE_PORT',
      'NODE_CHANNEL_FD',
      'NODE_CHANNEL_SERIALIZATION_MODE',
      'NODE_ENV',
      'PATH',
      'STRIPE_WEBHOOK_SECRET',
      'TZ',
      'WEBHOOK_URL',
    ]);
  });

  it('starts what was killed again: a dead worker, a dead API', async () => {
    for (const name of ['worker', 'api']) kill(`dist/apps/${name}/main.js`);
    await until(async () => (await fetch(`${installation.url}/readyz`).catch(() => null))?.ok === true);
    expect((await installation.curl())['source']).toBe('model');
  });

  it('starts a killed Postgres again, and serves', async () => {
    const findPostmaster = async () => {
      const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,args']);
      const found = stdout
        .split('\n')
        .find((line) => line.includes('/postgres -D') && line.includes(installation.directory));
      return found === undefined ? undefined : Number(found.trim().split(' ', 1)[0]);
    };
    const killed = (await findPostmaster())!;
    process.kill(killed, 'SIGKILL');
    // Models answer without it, so that an answer does not tell.
    await until(async () => ![undefined, killed].includes(await findPostmaster()));
    await until(async () => (await fetch(`${installation.url}/readyz`)).ok);
    await until(async () => (await installation.curl())['source'] === 'model');
  });

  it('adopts the Postgres that a killed launcher left running, and on Ctrl-C stops it too and leaves nothing behind; comes back with everything', async () => {
    const before = await installation.curl();
    kill('dist/apps/launcher/launch.js');
    await until(async () => installation.processes().every(({ command }) => command.includes('postgres')));
    expect(installation.processes()).not.toEqual([]);
    await installation.start();
    expect((await installation.curl())['items']).toEqual(before['items']);
    expect(await installation.stop('SIGINT')).toBe(0);
    expect(installation.processes()).toEqual([]);
    await expect(fetch(`${installation.url}/livez`)).rejects.toThrow();
    await installation.start();
    const after = await installation.curl();
    expect({ ...after, recommendationId: '' }).toEqual({ ...before, recommendationId: '' });
  });
});

describe('npm run journey', () => {
  const journey = (...args: string[]) =>
    promisify(execFile)(process.execPath, [
      'tools/bootstrap/run.mjs',
      'journey',
      ...args,
      '--url',
      installation.url,
    ]).then(
      ({ stdout }) => ({ code: 0, output: stdout }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
        code,
        output: stdout + stderr,
      }),
    );

  it('walks the whole path with a file that the platform has not seen', async () => {
    const file = path.join(installation.directory, 'interactions.csv');
    writeFileSync(file, tasteCsv(400, 60));
    const { code, output } = await journey(file);
    expect(output).toMatch(/Everything worked\. Meanwhile \d+ calls of \/livez took \d+ ms at most\./);
    expect(output).toMatch(/recall@20/);
    expect(output).toMatch(/recommendation_requests +3\n/);
    expect(code).toBe(0);
  });

  it('exits 1 and says why where it fails', async () => {
    const file = path.join(installation.directory, 'wrong.csv');
    writeFileSync(file, 'a,b\n1,2\n');
    const { code, output } = await journey(file);
    expect(code).toBe(1);
    expect(output).toMatch(/columns a, b.*for recommender: user_id, item_id; for text-classification: text/);
    const forced = await journey(file, '--family', 'recommender');
    expect(forced.code).toBe(1);
    expect(forced.output).toMatch(/The import failed: There is no column user_id/);
    expect((await journey('/nowhere.csv')).code).toBe(1);
  });
});

describe('npm start -- --reset', () => {
  it('starts over where npm was killed outright, which left nothing behind: other secrets, and nothing of what was there', async () => {
    const before = installation.account('Demo');
    const { deploymentUrl } = installation;
    await installation.stop('SIGKILL');
    await until(async () => installation.processes().length === 0);
    await installation.start('--reset');
    expect(installation.account('Demo').password).not.toBe(before.password);
    expect(installation.deploymentUrl).not.toBe(deploymentUrl);
    expect((await installation.curl())['source']).toBe('model');
    // As a service manager asks it to.
    expect(await installation.stop('SIGTERM')).toBe(0);
    expect(installation.processes()).toEqual([]);
  });
});

/** What a start that cannot succeed prints. */
function failedStart(env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, ['tools/bootstrap/start.mjs'], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      code === 1 ? resolve(output) : reject(new Error(`it ended with ${code}: ${output}`)),
    );
  });
}

function kill(script: string): void {
  const found = installation.processes().filter(({ command }) => command.includes(script));
  expect(found).not.toEqual([]);
  for (const { pid } of found) process.kill(pid, 'SIGKILL');
}
