import { pipeline, type Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { findKind, type KindKey } from '../../models/kinds/kinds.js';
import { audit } from '../../platform/audit/audit.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import type { Transaction } from '../../platform/database/database.js';
import { type Digest, Digested } from '../../platform/http/digests.js';
import { newId } from '../../platform/http/ids.js';
import { isDiskFull } from '../../platform/object-store/disk-full.js';
import { OBJECT_STORE, type ObjectStore, ObjectTooLargeError } from '../../platform/object-store/object-store.js';
import { LimitsService } from '../limits/index.js';
import { storageFull, unknownKind, uploadBrokenOff, uploadTooLarge, wrongDigest } from './data-sets.errors.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { type DataSet, type Provenance, type UploadQuery } from './data-sets.schema.js';
import { deleteUpload } from './open-upload.js';
import { uploadKeyOf } from './upload-key.js';
import { UploadLanes } from './upload-lane.js';
import { refuseStrangers, splitQuery } from './upload-query.js';

/** A file that is stored and is to be imported. */
export interface StoredUpload {
  /** Of the import that it becomes. */
  id: string;
  uploadKey: string;
  uploadBytes: number;
}

/** How a file becomes an import, whichever way it came: in one call, in pieces or fetched from an address. */
@Injectable()
export class NewImports {
  private readonly lanes = new UploadLanes();

  constructor(
    private readonly repository: DataSetsRepository,
    private readonly limits: LimitsService,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Before any byte is taken.
   *
   * @param bytes that are to come; 1 where nobody knows
   * @throws Problem 402 or 429 where quotas leave no room for a single row or for the bytes, 400 where the query names a column of another kind, 413
   */
  async admit(
    transaction: Transaction,
    tenantId: string,
    dataSet: Pick<DataSet, 'projectId' | 'kind'>,
    query: UploadQuery,
    bytes: number,
    provenance: Provenance = 'uploaded',
  ): Promise<void> {
    const { KINDRED_UPLOAD_BYTES_MAX: bytesMax } = this.config;
    if (bytes > bytesMax) throw uploadTooLarge(bytesMax);
    const known = findKind(dataSet.kind);
    if (!known) throw unknownKind(dataSet.kind);
    const { meters } = known;
    refuseStrangers(dataSet.kind as KindKey, splitQuery(query).columnMapping);
    const caller = { tenantId, projectId: dataSet.projectId };
    if (meters.ingested && provenance === 'uploaded')
      await this.limits.requireUnit(transaction, caller, meters.ingested);
    await this.limits.requireThing(transaction, tenantId, 'bytes_stored', bytes);
  }

  /**
   * Takes what an organization sends, beside few others of its files and at its pace.
   *
   * @param work opens the stream once it is sure to read it
   * @throws Problem 429 where it sends as many files as it may already; 413, 507 or 400 where the file cannot be taken whole
   */
  receive<T>(tenantId: string, content: Readable, work: (open: () => Readable) => Promise<T>): Promise<T> {
    return this.lanes.run(tenantId, async (pace) => {
      try {
        return await work(() => pipeline(content, pace, () => undefined));
      } catch (error) {
        throw told(error);
      }
    });
  }

  /**
   * Stores a file whose import is yet to be queued, or discarded; one that a killed process left is deleted within a day.
   *
   * @param digest of its bytes, where the sender says so
   * @throws Problem 400 where the bytes are others, and as {@link receive}
   */
  async store(tenantId: string, content: Readable, digest: Digest | null = null): Promise<StoredUpload> {
    const id = newId();
    const uploadKey = uploadKeyOf(tenantId, id);
    const digested = digest && new Digested(digest);
    const uploadBytes = await this.receive(tenantId, content, (open) =>
      this.objects.put(uploadKey, digested ? joined(open(), digested) : open(), this.config.KINDRED_UPLOAD_BYTES_MAX),
    );
    const stored = { id, uploadKey, uploadBytes };
    if (!digested || digested.isRight()) return stored;
    await this.discard(stored);
    throw wrongDigest();
  }

  /** @param partKeys of a file that came in pieces */
  discard({ uploadKey, partKeys = [] }: { uploadKey: string; partKeys?: string[] }): Promise<void> {
    return deleteUpload(this.objects, { uploadKey, partKeys });
  }

  /**
   * The file's import waits from now on.
   *
   * @throws Problem 402 where the plan leaves no room for it: several may have come at once, each of which had room alone
   */
  async queue(
    transaction: Transaction,
    tenantId: string,
    { id: dataSetId, projectId }: Pick<DataSet, 'id' | 'projectId'>,
    { id, uploadKey, uploadBytes }: StoredUpload,
    query: UploadQuery,
    provenance: Provenance = 'uploaded',
  ): Promise<void> {
    await this.limits.requireThing(transaction, tenantId, 'bytes_stored', uploadBytes);
    const said = splitQuery(query);
    const row = { tenantId, id, dataSetId, uploadKey, uploadBytes, ...said, provenance };
    await this.repository.createImport(transaction, row);
    // Of a sample, that the data set was made as one says it.
    if (provenance === 'sample') return;
    const after = { projectId, dataSetId, uploadBytes, ...said, provenance };
    await audit(transaction, tenantId, 'import.created', id, { after });
  }
}

/** What hinders a file from being stored, for whoever sends it. */
function told(error: unknown): unknown {
  const { code } = error as { code?: string };
  if (error instanceof ObjectTooLargeError) return uploadTooLarge(error.bytesMax);
  if (isDiskFull(error)) return storageFull();
  if (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') return uploadBrokenOff();
  return error;
}

/** An error of either is the other's. */
function joined(from: Readable, to: Digested): Readable {
  return pipeline(from, to, () => undefined);
}
