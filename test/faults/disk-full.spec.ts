import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiProcess } from '../factories/api-process.js';
import { Tenant, type TestApi, until } from '../factories/api.js';
import { fillDisk } from '../factories/disk.js';
import { IS_FULL, note } from '../factories/faults-report.js';
import { startWorker } from '../factories/platform.setup.js';

const ROUNDS = 20;
const DISK = 'size=48m';

/** Needs root, for a disk of its own. */
describe.skipIf(!IS_FULL || process.getuid?.() !== 0)('a full disk', () => {
  let owner: pg.Client;
  const undo: (() => unknown)[] = [];

  beforeAll(async () => {
    owner = new pg.Client({ connectionString: inject('ownerUrl') });
    await owner.connect();
  });
  afterAll(async () => {
    for (const step of undo.toReversed()) await step();
    await owner.query(`UPDATE plans SET training_pool = 'cpu'`);
    await owner.end();
  });

  function mount(): string {
    const disk = mkdtempSync(path.join(tmpdir(), 'kindred-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', DISK, 'tmpfs', disk]);
    undo.push(() => {
      execFileSync('umount', ['-l', disk]);
      rmSync(disk, { recursive: true });
    });
    return disk;
  }

  it('of the object store: an upload is refused and leaves nothing, and the next one is taken', async () => {
    const disk = mount();
    const directory = mkdtempSync(path.join(tmpdir(), 'kindred-full-home-'));
    mkdirSync(path.join(directory, 'journal'));
    symlinkSync(disk, path.join(directory, 'objects'));
    const process_ = await ApiProcess.start({ KINDRED_DATA_DIR: directory });
    undo.push(
      () => rmSync(directory, { recursive: true }),
      () => process_.stop('SIGKILL'),
    );
    const tenant = await Tenant.signUp({ url: process_.url } as TestApi);
    const projectId = await tenant.createProject();
    const content = `/v1/projects/${projectId}/data-sets/${await tenant.createDataSet(projectId, 'interactions')}/content`;
    const csv = `user_id,item_id\n${'user-0001,item-1\n'.repeat(200_000)}`;
    const files = () => readdirSync(disk, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const before = files().length;
      const filler = fillDisk(disk);
      const full = await tenant.put(content, csv);
      expect(full.status, full.text).toBe(507);
      expect(full.body.detail).toMatch(/no room to store the file/);
      refused++;
      rmSync(filler);
      expect(files()).toHaveLength(before);
      await tenant.put(content, csv).expect(202);
      await owner.query(
        `UPDATE imports SET status = 'failed', finished_at = now(), failure_reason = 'test' WHERE status IN ('queued', 'running')`,
      );
      for (const { parentPath, name } of files()) rmSync(path.join(parentPath, name));
    }
    note(
      'uploads to a full object store: refused with 507, and taken once there is room',
      `${refused} of ${ROUNDS}`,
      'all',
      true,
    );
  }, 600_000);

  it('of the scratch: a training fails in words, and the next one succeeds', async () => {
    const disk = mount();
    const pool = 'full-disk';
    await owner.query(`UPDATE plans SET training_pool = '${pool}'`);
    const process_ = await ApiProcess.start();
    undo.push(() => process_.stop('SIGKILL'));
    const tenant = await Tenant.signUp({ url: process_.url } as TestApi);
    const projectId = await tenant.createProject();
    const interactions = await tenant.createDataSet(projectId, 'interactions');
    const csv = ['user_id,item_id'];
    for (let i = 0; i < 400_000; i++) csv.push(`user-${i % 5_000},item-${i % 997}`);
    const worker: ChildProcess = await startWorker(inject('appUrl'), inject('dataDirectory'), {
      TMPDIR: disk,
      KINDRED_WORKER_POOLS: pool,
    });
    undo.push(() => worker.kill('SIGKILL'));
    const good = await tenant.upload(projectId, interactions, csv.join('\n'));
    expect(good.status, good.failureReason).toBe('succeeded');
    const model = { name: 'Model', recipe: 'popularity', sources: { interactions } };
    const modelId = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body.id;
    const train = async () => {
      const path_ = `/v1/projects/${projectId}`;
      const { id } = (await tenant.post(`${path_}/models/${modelId}/training-jobs`).expect(202)).body;
      return tenant.waitFor(`${path_}/training-jobs/${id}`);
    };
    for (let round = 0; round < ROUNDS; round++) {
      await until(() => readdirSync(disk).length === 0);
      const filler = fillDisk(disk);
      const job = await train();
      expect(job).toMatchObject({ status: 'failed', modelVersionIds: [] });
      expect(job.failureReason).toMatch(/disk/);
      rmSync(filler);
      expect(readdirSync(disk)).toEqual([]);
      const next = await train();
      expect(next.status, next.failureReason).toBe('succeeded');
      await tenant
        .delete(`/v1/projects/${projectId}/models/${modelId}/versions/${next.modelVersionIds[0]}`)
        .expect(204);
    }
    note(
      'trainings on a full scratch: told in words, and well once there is room',
      `${ROUNDS} of ${ROUNDS}`,
      'all',
      true,
    );
  }, 1_200_000);
});
