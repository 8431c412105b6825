import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { UploadQuery } from '../data-sets/index.js';
import type { Metadata, Upload } from './uploads.schema.js';

/** How long an upload may take from its first call to its last byte. */
export const UPLOAD_HOURS = 24;

/** An upload as its sender and its import know it. */
export interface KnownUpload extends Upload {
  metadata: Metadata;
  query: UploadQuery;
  importId: string | null;
  isExpired: boolean;
}

/** A piece that is in the object store. */
export interface StoredPart {
  offset: number;
  key: string;
  bytes: number;
}

@Injectable()
export class UploadsRepository {
  /** Counts those that are not finished while no other call can begin one. */
  async countOpenLocked(transaction: Transaction, tenantId: string): Promise<number> {
    await transaction.$queryRaw`SELECT FROM organizations WHERE id = ${tenantId}::uuid FOR NO KEY UPDATE`;
    const [row] = await transaction.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM uploads WHERE import_id IS NULL AND expires_at > now()`;
    return row!.count;
  }

  async create(
    transaction: Transaction,
    row: { tenantId: string; id: string; dataSetId: string; metadata: Metadata; query: UploadQuery; bytes: number },
  ): Promise<void> {
    await transaction.$executeRaw`
      INSERT INTO uploads (tenant_id, id, data_set_id, metadata, query, bytes, expires_at)
      VALUES (${row.tenantId}::uuid, ${row.id}::uuid, ${row.dataSetId}::uuid, ${JSON.stringify(row.metadata)}::jsonb,
        ${JSON.stringify(row.query)}::jsonb, ${row.bytes}, now() + make_interval(hours => ${UPLOAD_HOURS}::int))`;
  }

  async find(transaction: Transaction, dataSetId: string, id: string): Promise<KnownUpload | null> {
    const row = await transaction.upload.findFirst({ where: { id, dataSetId } });
    if (!row) return null;
    // By the database's clock, as it is deleted by that.
    const [{ isExpired } = { isExpired: true }] = await transaction.$queryRaw<{ isExpired: boolean }[]>`
      SELECT expires_at <= now() AS "isExpired" FROM uploads WHERE id = ${id}::uuid`;
    return { ...toUpload(row), query: row.query as UploadQuery, importId: row.importId, isExpired };
  }

  /** Those that are not finished. */
  async listOpen(transaction: Transaction, dataSetId: string, query: PageQuery): Promise<Upload[]> {
    const page = pageArguments(query);
    const where = { ...page.where, dataSetId, importId: null };
    return (await transaction.upload.findMany({ ...page, where })).map(toUpload);
  }

  countParts(transaction: Transaction, uploadId: string): Promise<number> {
    return transaction.uploadPart.count({ where: { uploadId } });
  }

  /**
   * Adds pieces that follow each other, and with the last of them says what the upload becomes.
   *
   * @param at where the upload stands for whoever sends them
   * @returns the bytes that it holds then; null where it stands elsewhere, so that nothing is added
   */
  async addParts(
    transaction: Transaction,
    { tenantId, id, at, importId }: { tenantId: string; id: string; at: number; importId: string },
    parts: StoredPart[],
  ): Promise<number | null> {
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const [row] = await transaction.$queryRaw<{ received: number }[]>`
      UPDATE uploads SET received_bytes = received_bytes + ${bytes},
        import_id = CASE WHEN received_bytes + ${bytes} = bytes THEN ${importId}::uuid END
      WHERE id = ${id}::uuid AND received_bytes = ${at} AND import_id IS NULL AND received_bytes + ${bytes} <= bytes
      RETURNING received_bytes::float8 AS received`;
    if (!row) return null;
    await transaction.uploadPart.createMany({ data: parts.map((part) => ({ tenantId, uploadId: id, ...part })) });
    return row.received;
  }

  async listKeys(transaction: Transaction, uploadId: string): Promise<string[]> {
    return (await transaction.uploadPart.findMany({ where: { uploadId }, select: { key: true } })).map(
      ({ key }) => key,
    );
  }

  /** False where it has become an import meanwhile. */
  async delete(transaction: Transaction, id: string): Promise<boolean> {
    return (await transaction.upload.deleteMany({ where: { id, importId: null } })).count === 1;
  }
}

function toUpload(row: Prisma.UploadGetPayload<object>): Upload & { metadata: Metadata } {
  const metadata = row.metadata as Metadata;
  return {
    id: row.id,
    dataSetId: row.dataSetId,
    fileName: metadata['filename'] ?? null,
    bytes: Number(row.bytes),
    receivedBytes: Number(row.receivedBytes),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    metadata,
  };
}
