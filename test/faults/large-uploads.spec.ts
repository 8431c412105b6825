import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import pg from 'pg';
import * as tus from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ApiProcess } from '../factories/api-process.js';
import { Tenant, type TestApi } from '../factories/api.js';
import { IS_FULL, note } from '../factories/faults-report.js';

const UPLOADS = 5;
const BYTES = 1024 ** 3;
/** Of one file; in short so many that what leaks by the byte would show. */
const LARGE_BYTES = IS_FULL ? 5e9 : 96 * 1024 ** 2;
const PIECE_BYTES = 16 * 1024 ** 2;
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
    const rssBytes = mostMemoryOf(process_);
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
    return putTo(process_, tenant, await contentsOf(tenant), BYTES);
  }
});

describe(`a file of ${LARGE_BYTES / 1e9} GB in one call, and another in pieces next to it`, () => {
  let process_: ApiProcess;
  let owner: pg.Client;

  beforeAll(async () => {
    owner = new pg.Client({ connectionString: inject('ownerUrl') });
    await owner.connect();
    await owner.query(`UPDATE plan_quotas SET quantity = 1e12 WHERE resource = 'bytes_stored'`);
    process_ = await ApiProcess.start({ KINDRED_UPLOAD_BYTES_MAX: String(6e9) });
  });
  afterAll(async () => {
    await process_?.stop('SIGKILL');
    await owner?.end();
  });

  it('are taken whole by a process that keeps nothing of them in memory', async () => {
    // A busy machine collects garbage late, which only large files make small.
    const mostBytes = IS_FULL ? MEMORY_BYTES : mostMemoryOf(process_) + 2 * LARGE_BYTES;
    const api = { url: process_.url } as TestApi;
    const [one, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const imports = await Promise.all([
      contentsOf(one).then(async (dataSet) => (await putTo(process_, one, dataSet, LARGE_BYTES)).importId),
      contentsOf(other).then((dataSet) => sendInPieces(process_, other, dataSet, LARGE_BYTES)),
    ]);
    const { rows } = await owner.query(
      `UPDATE imports SET status = 'failed', finished_at = now(), failure_reason = 'test', attempt = attempt + 1, lease_expires_at = NULL
       WHERE id = ANY($1) RETURNING upload_bytes::float8 AS bytes`,
      [imports],
    );
    expect(rows.map(({ bytes }) => bytes)).toEqual([LARGE_BYTES, LARGE_BYTES]);
    const rssBytes = mostMemoryOf(process_);
    const isKept = rssBytes <= mostBytes;
    note(
      `memory of the API next to a file of ${LARGE_BYTES / 1e9} GB in one call and one in pieces, MiB`,
      Math.round(rssBytes / 1024 ** 2),
      `≤ ${Math.round(mostBytes / 1024 ** 2)}`,
      isKept,
    );
    expect(isKept, `${rssBytes} bytes`).toBe(true);
  }, 7_200_000);
});

/** The most that the process has held at a time, in bytes. */
function mostMemoryOf({ pid }: ApiProcess): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}

/** A new data set of the tenant's. */
async function contentsOf(tenant: Tenant): Promise<string> {
  const projectId = await tenant.createProject();
  return `/v1/projects/${projectId}/data-sets/${await tenant.createDataSet(projectId, 'interactions')}`;
}

async function putTo(
  api: ApiProcess,
  { cookie }: Tenant,
  dataSet: string,
  bytes: number,
): Promise<{ importId: string }> {
  const response = await fetch(`${api.url}${dataSet}/content`, {
    method: 'PUT',
    headers: { cookie, 'content-type': 'text/csv' },
    body: csvOf(bytes) as unknown as BodyInit,
    duplex: 'half',
  } as RequestInit);
  const text = await response.text();
  expect(response.status, text).toBe(202);
  return JSON.parse(text);
}

/** @returns the id of the import that the pieces have become */
function sendInPieces(api: ApiProcess, { cookie }: Tenant, dataSet: string, bytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    new tus.Upload(Readable.from(csvOf(bytes), { objectMode: false }), {
      endpoint: `${api.url}${dataSet}/uploads`,
      headers: { cookie },
      uploadSize: bytes,
      chunkSize: PIECE_BYTES,
      onSuccess: ({ lastResponse }) => resolve(lastResponse.getHeader('kindred-import')!),
      onError: reject,
    }).start();
  });
}

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
