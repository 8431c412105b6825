import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { ByteLimit } from './byte-limit.js';
import type { LocalFile, ObjectStore, StoredObject } from './object-store.js';

/** Objects in any store that speaks S3. */
export class S3ObjectStore implements ObjectStore {
  private readonly client: S3Client;
  private readonly bucket: string;

  /** @param url `s3://KEY:SECRET@host/bucket?region=REGION`; `s3+http://` for a store without TLS */
  constructor(url: string) {
    const { protocol, username, password, host, pathname, searchParams } = new URL(url);
    this.bucket = pathname.slice(1);
    this.client = new S3Client({
      endpoint: `${protocol === 's3+http:' ? 'http' : 'https'}://${host}`,
      region: searchParams.get('region') ?? 'us-east-1',
      credentials: { accessKeyId: decodeURIComponent(username), secretAccessKey: decodeURIComponent(password) },
      forcePathStyle: true,
    });
  }

  async put(key: string, content: Readable, bytesMax = Infinity): Promise<number> {
    const limit = new ByteLimit(bytesMax);
    const upload = new Upload({ client: this.client, params: { Bucket: this.bucket, Key: key, Body: limit } });
    const feed = pipeline(content, limit).catch(async (error: unknown) => {
      await upload.abort();
      throw error;
    });
    // The feed's own error (too large, broken off) says more than the abort that it causes.
    const [fed, uploaded] = await Promise.allSettled([feed, upload.done()]);
    if (fed.status === 'rejected') throw fed.reason;
    if (uploaded.status === 'rejected') throw uploaded.reason;
    return limit.bytes;
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer>> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return new Uint8Array(await Body!.transformToByteArray());
  }

  async open(key: string): Promise<LocalFile> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'kindred-object-'));
    const file = path.join(folder, path.basename(key));
    const release = () => rm(folder, { recursive: true, force: true });
    try {
      const { Body } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
      await pipeline(Body as Readable, createWriteStream(file, { mode: 0o600 }));
    } catch (error) {
      await release();
      throw error;
    }
    return { path: file, release };
  }

  async *list(prefix = ''): AsyncIterable<StoredObject> {
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: this.bucket, Prefix: prefix });
    for await (const { Contents = [] } of pages) {
      for (const { Key, LastModified } of Contents) yield { key: Key!, modifiedMs: LastModified!.getTime() };
    }
  }

  async delete(key: string): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: key }));
  }
}
