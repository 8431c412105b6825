import { type ChildProcess, execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { startWorker } from '../factories/platform.setup.js';
import { childrenOf, readProc } from '../factories/processes.js';

let api: TestApi;
let owner: pg.Client;
let workers: ChildProcess[] = [];

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));
afterEach(() => {
  for (const worker of workers) worker.kill('SIGKILL');
  workers = [];
});

/** Rows by the hundred thousand, which take an import some time. */
function largeCsv(rows = 400_000): string {
  const lines = ['user_id,item_id,value,timestamp'];
  for (let i = 0; i < rows; i++) lines.push(`user-${i % 5_000},item-${i % 977},${i % 5},${1_600_000_000 + i}`);
  return lines.join('\n');
}

async function send(tenant: Tenant, projectId: string, dataSetId: string, csv: string): Promise<string> {
  const dataSet = `/v1/projects/${projectId}/data-sets/${dataSetId}`;
  const { importId } = (await tenant.put(`${dataSet}/content`, csv).expect(202)).body;
  return `${dataSet}/imports/${importId}`;
}

/** A tenant with an empty data set. */
async function shop() {
  const tenant = await Tenant.signUp(api);
  const projectId = await tenant.createProject();
  const dataSetId = await tenant.createDataSet(projectId, 'interactions');
  return { tenant, send: (csv: string) => send(tenant, projectId, dataSetId, csv) };
}

/** The platform with one worker of ours alone, while the others' hands are tied. */
async function withOurWorker(changes: Record<string, string>, work: (worker: ChildProcess) => Promise<void>) {
  const others = execFileSync('pgrep', ['-f', 'dist/apps/worker/main.js']).toString().trim().split('\n').map(Number);
  const ours = await startWorker(inject('appUrl'), inject('dataDirectory'), changes);
  workers.push(ours);
  const ofThisRun = others.filter((pid) => readProc(pid, 'environ').includes(inject('appUrl')));
  for (const pid of ofThisRun) process.kill(pid, 'SIGSTOP');
  try {
    await work(ours);
  } finally {
    for (const pid of ofThisRun) process.kill(pid, 'SIGCONT');
  }
}

/** The processes that read a file for that worker. */
function importsOf(pid: number): number[] {
  return childrenOf(pid).filter((child) => readProc(child, 'cmdline').includes('import.process'));
}

describe('an import', () => {
  it('S30: whose process is killed ends at once, in plain words; the worker goes on, and the data set is as it was', async () => {
    const { tenant, send: sendOurs } = await shop();
    await tenant.waitFor(await sendOurs('user_id,item_id\nu,i\n'));
    await withOurWorker({}, async (worker) => {
      const importPath = await sendOurs(largeCsv());
      let pids: number[] = [];
      await until(() => (pids = importsOf(worker.pid!)).length > 0);
      // Its environment holds no secret and no address of the database.
      expect(readProc(pids[0]!, 'environ')).not.toMatch(/DATABASE_URL|KINDRED_|STRIPE/);
      // Linux may share the processor out among sessions, within which alone a niceness would count.
      if (existsSync('/proc/self/autogroup')) await until(() => readProc(pids[0]!, 'autogroup').includes('nice 19'));
      process.kill(pids[0]!, 'SIGKILL');
      const done = await tenant.waitFor(importPath);
      expect(done).toMatchObject({ status: 'failed', rowsAccepted: null });
      expect(done.failureReason).toMatch(/was killed, most likely.*out of memory.*The data set is as it was/);
      expect(worker.exitCode).toBeNull();
      const next = await tenant.waitFor(await sendOurs('user_id,item_id\nu,i\nu,j\n'));
      expect(next).toMatchObject({ status: 'succeeded', rowsAccepted: 2 });
    });
    const { rows } = await owner.query('SELECT max(attempt) AS attempt FROM imports WHERE failure_reason LIKE $1', [
      '%was killed%',
    ]);
    expect(rows[0].attempt).toBe(1);
  });

  it('that adds rows adds them once more where the data set holds other rows by then, and is cancelled at once', async () => {
    const tenant = await Tenant.signUp(api);
    const projectId = await tenant.createProject();
    const id = await tenant.createDataSet(projectId, 'interactions');
    const dataSet = `/v1/projects/${projectId}/data-sets/${id}`;
    const first = await tenant.upload(projectId, id, 'user_id,item_id\nu,i\n');
    await tenant.upload(projectId, id, 'user_id,item_id\nu,j\nu,k\n');
    const held = async () => (await tenant.get(dataSet).expect(200)).body.currentImport;
    await withOurWorker({}, async (worker) => {
      const append = async (csv: string) => {
        const { importId } = (await tenant.put(`${dataSet}/content?mode=append`, csv).expect(202)).body;
        return `${dataSet}/imports/${importId}`;
      };
      const added = await append(largeCsv(100_000));
      let pids: number[] = [];
      await until(() => (pids = importsOf(worker.pid!)).length > 0);
      // It stands still while the data set is given other rows.
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      await tenant.put(`${dataSet}/current-import`, { importId: first.id }).expect(200);
      for (const pid of pids) process.kill(pid, 'SIGCONT');
      expect(await tenant.waitFor(added)).toMatchObject({ rowsAccepted: 100_000, rowsHeld: 100_001 });
      const before = await held();
      expect(before.rowsHeld).toBe(100_001);
      const { rows } = await owner.query('SELECT attempt FROM imports WHERE id = $1', [before.id.replace(/^.*_/, '')]);
      expect(rows[0].attempt).toBe(2);
      // One that runs, and one that waits behind it.
      const [running, queued] = [await append(largeCsv()), await append('user_id,item_id\nu,l\n')];
      await until(() => (pids = importsOf(worker.pid!)).length > 0);
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      for (const path_ of [queued, running]) {
        expect((await tenant.post(`${path_}/cancel`).expect(200)).body).toMatchObject({ status: 'cancelled' });
        expect((await tenant.post(`${path_}/cancel`).expect(409)).body.code).toBe('import_ended');
      }
      await until(() => importsOf(worker.pid!).length === 0);
      expect(await held()).toEqual(before);
      const next = await tenant.waitFor(await append('user_id,item_id\nu,l\n'));
      expect(next).toMatchObject({ status: 'succeeded', rowsHeld: 100_002 });
    });
  });

  it('S30: that takes more memory than it may, or longer than it may, says so in one try', async () => {
    const { tenant, send: sendOurs } = await shop();
    await withOurWorker({ KINDRED_IMPORT_SECONDS: '1' }, async (worker) => {
      const slow = await sendOurs(largeCsv());
      await until(() => importsOf(worker.pid!).length > 0);
      // It stands still, so that no machine is fast enough.
      for (const pid of importsOf(worker.pid!)) process.kill(pid, 'SIGSTOP');
      expect((await tenant.waitFor(slow)).failureReason).toMatch(/not read within 1 seconds/);
    });
    workers.pop()!.kill('SIGKILL');
    // The least that may be set; long texts are what a file can make the engine hold, as a block of them is written at once.
    await withOurWorker({ KINDRED_IMPORT_MEMORY_BYTES: String(256 * 1024 ** 2) }, async () => {
      const texts = ['text,label'];
      for (let i = 0; i < 40_000; i++) texts.push(`${hash('sha256', String(i)).repeat(150)},a`);
      const projectId = await tenant.createProject('Texts');
      const large = await tenant.upload(
        projectId,
        await tenant.createDataSet(projectId, 'labelled-texts'),
        gzipSync(texts.join('\n')),
      );
      expect(large.failureReason).toMatch(/memory/);
    });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'without room on the disk says so in one try, and nothing of it is left',
    async () => {
      const { tenant, send: sendOurs } = await shop();
      const disk = mkdtempSync(path.join(tmpdir(), 'kindred-disk-'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
      const scratch = path.join(disk, 'tmp');
      mkdirSync(scratch);
      try {
        await withOurWorker({ TMPDIR: scratch }, async () => {
          const done = await tenant.waitFor(await sendOurs(largeCsv(1_000_000)));
          expect(done.failureReason).toMatch(/out of disk space, an internal error/);
          const small = await tenant.waitFor(await sendOurs('user_id,item_id\nu,i\n'));
          expect(small.status).toBe('succeeded');
        });
      } finally {
        workers.pop()?.kill('SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, 200));
        execFileSync('umount', ['-l', disk]);
        rmSync(disk, { recursive: true });
      }
    },
  );

  it('stands behind at most one of another tenant that sent many before', async () => {
    const [many, one] = [await shop(), await shop()];
    await withOurWorker({ KINDRED_WORKER_IMPORTS: '1' }, async (worker) => {
      const theirs: string[] = [];
      // All are there before any is taken.
      worker.kill('SIGSTOP');
      for (let i = 0; i < 5; i++) theirs.push(await many.send(largeCsv(20_000)));
      const path_ = await one.send('user_id,item_id\nu,i\n');
      worker.kill('SIGCONT');
      const ours = await one.tenant.waitFor(path_);
      expect(ours.status).toBe('succeeded');
      const states = [];
      for (const each of theirs) states.push(await many.tenant.waitFor(each));
      expect(states.map(({ status }) => status)).toEqual(theirs.map(() => 'succeeded'));
      expect(states.filter(({ finishedAt }) => finishedAt < ours.finishedAt).length).toBeLessThanOrEqual(1);
    });
  });

  it('is begun anew by another worker when its own is gone, and given up after three of them', async () => {
    const { tenant, send: sendOurs } = await shop();
    await withOurWorker({}, async () => {
      const importPath = await sendOurs(largeCsv(1_000_000));
      const id = importPath.split('/').at(-1);
      for (let attempt = 1; attempt <= 3; attempt++) {
        await until(async () => {
          const { rows } = await owner.query(
            `SELECT FROM imports WHERE id = $1 AND status = 'running' AND attempt = $2`,
            [id, attempt],
          );
          return rows.length > 0;
        });
        workers.pop()!.kill('SIGKILL');
        await owner.query(`UPDATE imports SET lease_expires_at = now() - interval '1 second' WHERE id = $1`, [id]);
        workers.push(await startWorker(inject('appUrl'), inject('dataDirectory')));
      }
      const done = await tenant.waitFor(importPath);
      expect(done.failureReason).toMatch(/stopped 3 times/);
    });
  });
});
