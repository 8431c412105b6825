import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiProcess } from '../factories/api-process.js';
import { Tenant, type TestApi } from '../factories/api.js';
import { IS_FULL, note } from '../factories/faults-report.js';

const UPLOADS = 5;
const BYTES = 1024 ** 3;
const MEMORY_BYTES = 512 * 1024 ** 2;
/** An organization sends two files at a time. */
const PER_TENANT = 2;
const CGROUP = `/sys/fs/cgroup/memory/kindred-uploads-${process.pid}`;

const canLimit = process.getuid?.() === 0 && existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes');

/** Needs root and the memory controller of control groups, version 1. */
describe.skipIf(!IS_FULL || !canLimit)(`${UPLOADS} uploads of 1 GiB at once`, () => {
  let process_: ApiProcess;
  let owner: pg.Client;

  beforeAll(async () => {
    owner = new pg.Client({ connectionString: inject('ownerUrl') });
    await owner.connect();
    await owner.query(`UPDATE plan_quotas SET quantity = 1e12 WHERE resource = 'bytes_stored'`);
    mkdirSync(CGROUP);
    writeFileSync(`${CGROUP}/memory.limit_in_bytes`, String(MEMORY_BYTES));
    process_ = await ApiProcess.start({}, ['sh', '-c', `echo $$ > ${CGROUP}/cgroup.procs; exec "$@"`, 'sh']);
  });
  afterAll(async () => {
    await process_?.stop('SIGKILL');
    execFileSync('sleep', ['1']);
    rmdirSync(CGROUP);
    // What nobody has read yet is nobody's to read.
    await owner?.query(
      `UPDATE imports SET status = 'failed', finished_at = now(), failure_reason = 'test' WHERE status = 'queued'`,
    );
    await owner?.end();
  });

  it('are taken whole by a process that may hold 512 MiB', async () => {
    const api = { url: process_.url } as TestApi;
    const tenants = await Promise.all(
      Array.from({ length: Math.ceil(UPLOADS / PER_TENANT) }, () => Tenant.signUp(api)),
    );
    const answers = await Promise.all(
      Array.from({ length: UPLOADS }, (_, i) => uploadTo(tenants[Math.floor(i / PER_TENANT)]!)),
    );
    const rssBytes = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${process_.pid}/status`, 'utf8'))![1]) * 1024;
    const { rows } = await owner.query('SELECT upload_bytes::float8 AS bytes FROM imports WHERE id = ANY($1)', [
      answers.map(({ importId }) => importId),
    ]);
    expect(rows.map(({ bytes }) => bytes)).toEqual(Array.from({ length: UPLOADS }, () => BYTES));
    const isKept = rssBytes <= MEMORY_BYTES;
    note(
      `memory of the API next to ${UPLOADS} uploads of 1 GiB, MiB`,
      Math.round(rssBytes / 1024 ** 2),
      '≤ 512',
      isKept,
    );
    expect(isKept).toBe(true);
  }, 3_600_000);

  async function uploadTo(tenant: Tenant): Promise<{ importId: string }> {
    const projectId = await tenant.createProject();
    const dataSetId = await tenant.createDataSet(projectId, 'interactions');
    const response = await fetch(`${process_.url}/v1/projects/${projectId}/data-sets/${dataSetId}/content`, {
      method: 'PUT',
      headers: { cookie: tenant.cookie, 'content-type': 'text/csv' },
      body: csvOf(BYTES) as unknown as BodyInit,
      duplex: 'half',
    } as RequestInit);
    const text = await response.text();
    expect(response.status, text).toBe(202);
    return JSON.parse(text);
  }
});

/** A file of exactly so many bytes. */
async function* csvOf(bytes: number): AsyncGenerator<Uint8Array> {
  const header = Buffer.from('user_id,item_id\n');
  yield header;
  const row = Buffer.from('user-0001,item-1\n');
  const chunk = Buffer.concat(Array.from({ length: 4_096 }, () => row));
  let left = bytes - header.length;
  for (; left > chunk.length; left -= chunk.length) yield chunk;
  yield chunk.subarray(0, left);
}
