import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { type Digest, Digested } from '../../platform/http/digests.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { refuseUnstorable } from '../../platform/http/text.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { type DataSet, DataSetsService, NewImports, uploadKeyOf } from '../data-sets/index.js';
import { Pieces } from './pieces.js';
import {
  tooManyOpenUploads,
  tooManyPieces,
  uploadExpired,
  uploadFinished,
  wrongChecksum,
  wrongHeaders,
  wrongOffset,
} from './uploads.errors.js';
import { type KnownUpload, type StoredPart, UploadsRepository } from './uploads.repository.js';
import { type Metadata, queryOf } from './uploads.schema.js';

/** What is lost at most where a process ends in the middle. Larger ones would gain nothing, smaller ones cost a row and an object each. */
const PIECE_BYTES = 8 * 1024 ** 2;

/** A data set of whoever calls. */
export interface Place {
  tenantId: string;
  projectId: string;
  dataSetId: string;
}

/**
 * Files that come in pieces. Each piece is an object of the store and a row, so that any API process takes the next one; what is not named by a row is
 * nobody's. Two senders of one upload need no lock: of pieces for the same place one is added.
 */
@Injectable()
export class UploadsService {
  constructor(
    private readonly database: Database,
    private readonly repository: UploadsRepository,
    private readonly dataSets: DataSetsService,
    private readonly newImports: NewImports,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  /** @throws Problem 404 where the data set is not in this project of this tenant */
  requireDataSet({ tenantId, projectId, dataSetId }: Place): Promise<DataSet> {
    return this.dataSets.get(tenantId, projectId, dataSetId);
  }

  /** @throws Problem 400, 402, 409, 413 or 429 where nothing of the file may come */
  async create(place: Place, id: string, bytes: number, metadata: Metadata): Promise<void> {
    if (bytes === 0) throw wrongHeaders('Upload-Length, of a file with at least one byte,');
    refuseUnstorable(metadata, ['Upload-Metadata']);
    const query = queryOf(metadata);
    const { tenantId } = place;
    await this.database.tenant(tenantId, async (transaction) => {
      const dataSet = await this.dataSets.require(transaction, place.projectId, place.dataSetId);
      const { most } = BOUNDS.openUploads;
      if ((await this.repository.countOpenLocked(transaction, tenantId)) >= most) throw tooManyOpenUploads(most);
      await this.newImports.admit(transaction, tenantId, dataSet, query, bytes);
      await this.repository.create(transaction, { tenantId, id, dataSetId: dataSet.id, metadata, query, bytes });
      const after = { projectId: dataSet.projectId, dataSetId: dataSet.id, bytes };
      await audit(transaction, tenantId, 'upload.created', id, { after });
    });
  }

  /** @throws Problem 404; 410 where it has expired */
  get({ tenantId, projectId, dataSetId }: Place, uploadId: string): Promise<KnownUpload> {
    return this.database.tenant(tenantId, async (transaction) => {
      const dataSet = await this.dataSets.require(transaction, projectId, dataSetId);
      const upload = await this.repository.find(transaction, dataSet.id, parseId('upload', uploadId));
      if (!upload) throw notFound('upload', uploadId);
      if (upload.isExpired) throw uploadExpired();
      return upload;
    });
  }

  list({ tenantId, projectId, dataSetId }: Place, query: PageQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.dataSets.require(transaction, projectId, dataSetId);
      return toPage(await this.repository.listOpen(transaction, id, query), query);
    });
  }

  /** Runs `work` beside few others of the organization's uploads; `open` gives the bytes at its pace. */
  receive<T>({ tenantId }: Place, content: Readable, work: (open: () => Readable) => Promise<T>): Promise<T> {
    return this.newImports.receive(tenantId, content, work);
  }

  /**
   * Keeps what comes, piece by piece, from where the upload stands; the last byte makes it an import. With a checksum, all or nothing of the stream is
   * kept, else whatever came before it broke off.
   *
   * @returns the bytes that the upload holds then
   * @throws Problem 409 where it stands elsewhere meanwhile, 460 where the checksum is not that of the bytes
   */
  async append(place: Place, upload: KnownUpload, content: Readable, checksum: Digest | null): Promise<number> {
    const digested = checksum && new Digested(checksum);
    const pieces = new Pieces(digested ? content.pipe(digested) : content, PIECE_BYTES);
    if (digested) content.once('error', (error) => digested.destroy(error));
    let [received, pending]: [number, StoredPart[]] = [upload.receivedBytes, []];
    try {
      while (await pieces.hasMore()) {
        const offset = received + pending.reduce((sum, { bytes }) => sum + bytes, 0);
        const key = `${place.tenantId}/uploads/${upload.id}-${offset}-${newId()}.part`;
        pending.push({ offset, key, bytes: await this.objects.put(key, pieces.take()) });
        if (!digested) [received, pending] = [await this.keep(place, upload, received, pending), []];
      }
      if (pieces.broken) throw pieces.broken;
      if (digested && !digested.isRight()) throw wrongChecksum();
      return pending.length > 0 ? await this.keep(place, upload, received, pending) : received;
    } catch (error) {
      for (const { key } of pending) await this.objects.delete(key);
      throw error;
    }
  }

  /** @throws Problem 404; 409 where it has become an import */
  async delete(place: Place, uploadId: string): Promise<void> {
    const upload = await this.get(place, uploadId);
    const keys = await this.database.tenant(place.tenantId, async (transaction) => {
      const found = await this.repository.listKeys(transaction, upload.id);
      if (!(await this.repository.delete(transaction, upload.id))) throw uploadFinished();
      await audit(transaction, place.tenantId, 'upload.deleted', upload.id, {
        before: { dataSetId: upload.dataSetId },
      });
      return found;
    });
    for (const key of keys) await this.objects.delete(key);
  }

  private keep(place: Place, upload: KnownUpload, at: number, parts: StoredPart[]): Promise<number> {
    const { tenantId, projectId } = place;
    const importId = newId();
    return this.database.tenant(tenantId, async (transaction) => {
      const { most } = BOUNDS.uploadPieces;
      if ((await this.repository.countParts(transaction, upload.id)) + parts.length > most) throw tooManyPieces(most);
      const received = await this.repository.addParts(transaction, { tenantId, id: upload.id, at, importId }, parts);
      if (received === null) {
        const now = await this.repository.find(transaction, upload.dataSetId, upload.id);
        throw now ? wrongOffset(now.receivedBytes) : notFound('upload', upload.id);
      }
      if (received === upload.bytes) {
        const file = { id: importId, uploadKey: uploadKeyOf(tenantId, importId), uploadBytes: received };
        const dataSet = { id: upload.dataSetId, projectId };
        await this.newImports.queue(transaction, tenantId, dataSet, file, upload.query);
      }
      return received;
    });
  }
}
