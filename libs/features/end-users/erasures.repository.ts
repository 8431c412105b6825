import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { Claim, LeasedTable } from '../../platform/queue/leased-rows.js';
import type { Erasure, Receipt } from './end-users.schema.js';

/** One that is not completed, as its work needs it. */
export interface ClaimedErasure extends Claim {
  projectId: string;
  userId: string;
  createdAt: Date;
  contentErasedAt: Date | null;
  replacedKeys: string[];
  receipt: Receipt;
}

export const ERASURES: LeasedTable = {
  name: 'erasures',
  lock: 0x65726173,
  isOpen: 'completed_at IS NULL',
  due: 'next_attempt_at',
};

/** The oldest that is due of the organization whose turn is longest ago. */
export const NEXT_ERASURE = `
  WITH oldest AS (
    SELECT DISTINCT ON (tenant_id) tenant_id, id, created_at FROM erasures
    WHERE completed_at IS NULL AND lease_expires_at IS NULL AND next_attempt_at <= now() ORDER BY tenant_id, created_at, id),
  turns AS (
    SELECT oldest.*, (SELECT max(greatest(next_attempt_at, lease_expires_at, completed_at)) FROM erasures turn
      WHERE turn.tenant_id = oldest.tenant_id AND attempt > 0) AS last FROM oldest)
  SELECT tenant_id, id FROM turns ORDER BY last NULLS FIRST, created_at LIMIT 1`;

/** The longest that a row written before may come to light after. */
const TRANSACTION_MS = 60_000;
const UPLOAD_HOURS = 1;

/** Every text in the database that may name a person, by table and column; ids are named in quotes. `isJson`: they are escaped. */
const TEXTS: readonly { table: string; column: string; isJson?: true }[] = [
  { table: 'imports', column: 'errors', isJson: true },
  { table: 'imports', column: 'rejections', isJson: true },
  { table: 'imports', column: 'failure_reason' },
  { table: 'rejected_rows', column: 'message' },
  { table: 'training_jobs', column: 'failure_reason' },
  { table: 'training_job_events', column: 'message' },
  { table: 'webhook_messages', column: 'data', isJson: true },
  { table: 'emails', column: 'text' },
  { table: 'emails', column: 'values', isJson: true },
  { table: 'support_messages', column: 'text' },
];

@Injectable()
export class ErasuresRepository {
  async create(
    transaction: Transaction,
    row: { tenantId: string; id: string; projectId: string; userId: string; userHash: Uint8Array<ArrayBuffer> },
  ): Promise<Erasure> {
    return toErasure(await transaction.erasure.create({ data: row }));
  }

  async findPending(
    transaction: Transaction,
    projectId: string,
    userHash: Uint8Array<ArrayBuffer>,
  ): Promise<Erasure | null> {
    const row = await transaction.erasure.findFirst({ where: { projectId, userHash, completedAt: null } });
    return row && toErasure(row);
  }

  countPending(transaction: Transaction): Promise<number> {
    return transaction.erasure.count({ where: { completedAt: null } });
  }

  async find(transaction: Transaction, projectId: string, id: string): Promise<Erasure | null> {
    const row = await transaction.erasure.findFirst({ where: { id, projectId } });
    return row && toErasure(row);
  }

  async list(transaction: Transaction, projectId: string, query: PageQuery): Promise<Erasure[]> {
    const page = pageArguments(query);
    return (await transaction.erasure.findMany({ ...page, where: { ...page.where, projectId } })).map(toErasure);
  }

  /** Hashes, as hexadecimal, of those in a project who are not wholly erased yet. */
  async listPendingHashes(transaction: Transaction, projectId: string): Promise<string[]> {
    const rows = await transaction.erasure.findMany({
      where: { projectId, completedAt: null },
      select: { userHash: true },
    });
    return rows.map(({ userHash }) => Buffer.from(userHash).toString('hex'));
  }

  /** Requires a system transaction. */
  async readClaimed(transaction: Transaction, claim: Claim): Promise<ClaimedErasure> {
    const { tenantId, id } = claim;
    const row = await transaction.erasure.findUniqueOrThrow({ where: { tenantId_id: { tenantId, id } } });
    return { ...row, userId: row.userId!, receipt: row.receipt as Receipt };
  }

  /** Imports that may bring the person's rows back: those of files sent before the erasure, which wait or are under way. */
  async isImporting(transaction: Transaction, { projectId, createdAt }: ClaimedErasure): Promise<boolean> {
    const sentBefore = new Date(createdAt.getTime() + TRANSACTION_MS);
    const count = await transaction.import.count({
      where: { status: { in: ['queued', 'running'] }, createdAt: { lte: sentBefore }, dataSet: { projectId } },
    });
    return count > 0;
  }

  /** Uploads in pieces that began before the erasure have this long to be finished: nobody is kept waiting for one that was left. */
  async hurryUploads(transaction: Transaction, { projectId, createdAt }: ClaimedErasure): Promise<void> {
    const sentBefore = new Date(createdAt.getTime() + TRANSACTION_MS);
    await transaction.$executeRaw`
      UPDATE uploads SET expires_at = ${createdAt}::timestamptz + make_interval(hours => ${UPLOAD_HOURS}::int) FROM data_sets
      WHERE data_sets.tenant_id = uploads.tenant_id AND data_sets.id = uploads.data_set_id AND project_id = ${projectId}::uuid
        AND uploads.created_at <= ${sentBefore} AND import_id IS NULL
        AND expires_at > ${createdAt}::timestamptz + make_interval(hours => ${UPLOAD_HOURS}::int)`;
  }

  /**
   * Whether a file is on its way, in pieces, whose upload began before the erasure: what it becomes must find the erasure still there, which keeps the
   * person out of it.
   */
  async isUploading(transaction: Transaction, { projectId, createdAt }: ClaimedErasure): Promise<boolean> {
    const sentBefore = new Date(createdAt.getTime() + TRANSACTION_MS);
    // In one statement, as an upload becomes an import at any time.
    const [row] = await transaction.$queryRaw<{ is: boolean }[]>`
      SELECT EXISTS (
        SELECT FROM uploads JOIN data_sets ON data_sets.tenant_id = uploads.tenant_id AND data_sets.id = uploads.data_set_id
        LEFT JOIN imports ON imports.tenant_id = uploads.tenant_id AND imports.id = uploads.import_id
        WHERE project_id = ${projectId}::uuid AND uploads.created_at <= ${sentBefore}
          AND ((uploads.import_id IS NULL AND uploads.expires_at > now()) OR imports.status IN ('queued', 'running'))) AS is`;
    return row!.is;
  }

  /** Trainings under way that may have read them before no data set held them. */
  async isTraining(transaction: Transaction, projectId: string, before: Date): Promise<boolean> {
    const where = { status: 'running' as const, startedAt: { lte: before }, projectId };
    return (await transaction.trainingJob.count({ where })) > 0;
  }

  async markContentErased(transaction: Transaction, id: string): Promise<Date> {
    const [row] = await transaction.$queryRaw<{ at: Date }[]>`
      UPDATE erasures SET content_erased_at = now() WHERE id = ${id}::uuid RETURNING content_erased_at AS at`;
    return row!.at;
  }

  /** Blots the person's id out of every text that names it; returns how many did. */
  async blotTexts(transaction: Transaction, userId: string): Promise<number> {
    let count = 0;
    for (const { table, column, isJson } of TEXTS) {
      // Our messages name ids in quotes, so that 1 is not taken for a part of 10.
      const named = `"${userId}"`;
      const [from, to] = isJson ? [inJson(named), inJson('"…"')] : [named, '"…"'];
      const text = isJson ? `${column}::text` : column;
      count += await transaction.$executeRawUnsafe(
        `UPDATE ${table} SET ${column} = replace(${text}, $1, $2)${isJson ? '::jsonb' : ''} WHERE strpos(${text}, $1) > 0`,
        from,
        to,
      );
    }
    return count;
  }

  /** False where another worker has taken the erasure on meanwhile. */
  async saveProgress(
    transaction: Transaction,
    { id, attempt }: ClaimedErasure,
    progress: { replacedKeys: string[]; receipt: Receipt },
  ): Promise<boolean> {
    const count = await transaction.$executeRaw`
      UPDATE erasures SET replaced_keys = ${progress.replacedKeys}, receipt = ${JSON.stringify(progress.receipt)}::jsonb
      WHERE id = ${id}::uuid AND attempt = ${attempt} AND completed_at IS NULL`;
    return count === 1;
  }

  /** Forgets who it was; false where another worker has taken the erasure on meanwhile. */
  async complete(transaction: Transaction, { id, attempt }: ClaimedErasure): Promise<boolean> {
    const count = await transaction.$executeRaw`
      UPDATE erasures SET user_id = NULL, replaced_keys = '{}', completed_at = now(), lease_expires_at = NULL
      WHERE id = ${id}::uuid AND attempt = ${attempt} AND completed_at IS NULL`;
    return count === 1;
  }
}

/** As it stands within a text of JSON. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function toErasure(row: Prisma.ErasureGetPayload<object>): Erasure {
  const { id, projectId, createdAt, completedAt, receipt } = row;
  return {
    id,
    projectId,
    status: completedAt ? 'completed' : 'pending',
    createdAt: createdAt.toISOString(),
    completedAt: completedAt?.toISOString() ?? null,
    receipt: receipt as Receipt,
  };
}
