import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import type { KindKey } from '../../models/kinds/kinds.js';
import type { FamilyKey } from '../../models/manifests.js';
import { audit } from '../../platform/audit/audit.js';
import { Database, sqlOf, type Transaction } from '../../platform/database/database.js';
import { newId } from '../../platform/http/ids.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { type Claim, releaseRow } from '../../platform/queue/leased-rows.js';
import { type ClaimOrder, LeasedWork } from '../../platform/queue/leased-work.js';
import {
  DataSetsRepository,
  eraseRejected,
  LiveInteractionsRepository,
  SingleRowsRepository,
  type StoredContent,
} from '../data-sets/index.js';
import { ModelsRepository, type StoredVersion } from '../models/index.js';
import { TrainingJobsRepository } from '../training-jobs/index.js';
import type { Receipt } from './end-users.schema.js';
import { type ClaimedErasure, ERASURES, ErasuresRepository, NEXT_ERASURE } from './erasures.repository.js';
import { type Erased, type EraseTask, UserEraser } from './user-eraser.js';
import { UserMergesRepository } from './user-merges.repository.js';

/** Between two passes over one who waits, and the least between replacing a file and deleting it. */
const PASS_SECONDS = 5;

/**
 * Takes people out of everything that holds them, in this order, each step done again without harm where a
 * worker was killed in it. Data sets and earlier imports; then, when no file is on its way that was begun before and no training runs that had read those, checkpoints and
 * artifacts; then texts; at last, on a later pass, the files that others stand in for, which a process may still have been reading.
 */
@Injectable()
export class ErasuresProcessor extends LeasedWork<ClaimedErasure> {
  protected override readonly everyMs = 1_000;
  protected readonly table = ERASURES;
  protected readonly most = 1;

  constructor(
    database: Database,
    private readonly repository: ErasuresRepository,
    private readonly dataSets: DataSetsRepository,
    private readonly merges: UserMergesRepository,
    private readonly single: SingleRowsRepository,
    private readonly live: LiveInteractionsRepository,
    private readonly models: ModelsRepository,
    private readonly trainingJobs: TrainingJobsRepository,
    private readonly eraser: UserEraser,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {
    super(database);
  }

  protected override order(): ClaimOrder {
    return [NEXT_ERASURE];
  }

  protected override read(transaction: Transaction, claims: Claim[]): Promise<ClaimedErasure[]> {
    return Promise.all(claims.map((claim) => this.repository.readClaimed(transaction, claim)));
  }

  protected override async carryOut(erasure: ClaimedErasure): Promise<void> {
    await this.advance(erasure).catch((error: Error) => {
      if (!(error instanceof LostError))
        this.logger.error({ msg: `erasure ${erasure.id} could not go on`, err: error });
    });
    await this.database.tenant(erasure.tenantId, (transaction) =>
      releaseRow(transaction, ERASURES, erasure, PASS_SECONDS),
    );
  }

  private async advance(erasure: ClaimedErasure): Promise<void> {
    const { tenantId, projectId, userId } = erasure;
    const replacedBefore = erasure.replacedKeys.length;
    const within = <T>(work: (transaction: Transaction) => Promise<T>) => this.database.tenant(tenantId, work);
    if (await within((transaction) => this.repository.isImporting(transaction, erasure))) return;
    if (!erasure.contentErasedAt) {
      await within((transaction) => this.eraseAdded(transaction, erasure));
      const contents = await within((transaction) => this.dataSets.listContents(transaction, projectId));
      for (const content of contents) await this.eraseContent(erasure, content);
      erasure.contentErasedAt = await within((transaction) =>
        this.repository.markContentErased(transaction, erasure.id),
      );
    }
    await within((transaction) => this.repository.hurryUploads(transaction, erasure));
    if (await within((transaction) => this.repository.isUploading(transaction, erasure))) return;
    const since = erasure.contentErasedAt;
    if (await within((transaction) => this.repository.isTraining(transaction, projectId, since))) return;
    const checkpoints = await within((transaction) => this.trainingJobs.dropCheckpoints(transaction, projectId));
    for (const key of checkpoints) await this.objects.delete(key);
    const versions = await within((transaction) => this.models.listStoredVersions(transaction, projectId));
    for (const version of versions) await this.eraseArtifact(erasure, version);
    const texts = await within(
      async (transaction) =>
        (await eraseRejected(transaction, projectId, userId)) + (await this.repository.blotTexts(transaction, userId)),
    );
    if (texts > 0) await within((transaction) => this.recordErased(transaction, erasure, { texts }));
    // What was replaced just now may still be being read somewhere; the next pass finds nothing new.
    if (erasure.replacedKeys.length > replacedBefore || texts > 0) return;
    for (const key of erasure.replacedKeys) await this.objects.delete(key);
    const isCompleted = await within(async (transaction) => {
      if (!(await this.repository.complete(transaction, erasure))) return false;
      await this.merges.forget(transaction, projectId, userId);
      await audit(transaction, tenantId, 'erasure.completed', erasure.id, { after: { receipt: erasure.receipt } });
      return true;
    });
    if (isCompleted) this.logger.log(`erasure ${erasure.id} is completed`);
  }

  private async eraseAdded(transaction: Transaction, erasure: ClaimedErasure): Promise<void> {
    const { tenantId, projectId, userId } = erasure;
    const sql = sqlOf(transaction);
    const rows =
      (await this.live.erase(sql, tenantId, projectId, userId)) +
      (await this.single.erase(sql, tenantId, projectId, userId));
    if (rows > 0) await this.recordErased(transaction, erasure, { rows });
  }

  private async eraseContent(erasure: ClaimedErasure, content: StoredContent): Promise<void> {
    const { tenantId, userId } = erasure;
    const { dataSetKind } = content;
    const toKey = (sha256: string) => `${tenantId}/content/${content.importId}-e-${newId()}-${sha256}.parquet`;
    await this.rewrite(
      { kind: 'content', dataSetKind, userId },
      content.contentKey,
      toKey,
      async (contentKey, erased) => {
        const { bytes: contentBytes, sha256, rows, statistics, rowsTaken } = erased;
        await this.database.tenant(tenantId, async (transaction) => {
          const now = { contentKey, contentBytes, sha256, rows, statistics };
          if (!(await this.dataSets.replaceContent(transaction, content, now))) throw new LostError();
          await this.recordErased(transaction, erasure, { rows: rowsTaken, imports: 1 }, content.contentKey);
        });
      },
    );
  }

  private async eraseArtifact(erasure: ClaimedErasure, version: StoredVersion): Promise<void> {
    const { tenantId, userId } = erasure;
    const family = version.family as FamilyKey;
    const toKey = () => `${tenantId}/artifacts/${version.id}-e-${newId()}`;
    await this.rewrite(
      { kind: 'artifact', family, userId },
      version.artifactKey,
      toKey,
      async (artifactKey, erased) => {
        const artifact = { artifactKey, artifactSha256: erased.sha256, artifactBytes: erased.bytes };
        await this.database.tenant(tenantId, async (transaction) => {
          if (!(await this.models.replaceArtifact(transaction, version, artifact))) throw new LostError();
          await this.recordErased(transaction, erasure, { modelVersions: 1 }, version.artifactKey);
        });
      },
    );
  }

  /** Stores a copy without the person and hands it to `use`, which puts it in the old one's place. */
  private async rewrite(
    task: { userId: string } & ({ kind: 'content'; dataSetKind: KindKey } | { kind: 'artifact'; family: FamilyKey }),
    from: string,
    toKey: (sha256: string) => string,
    use: (key: string, erased: NonNullable<Erased>) => Promise<void>,
  ): Promise<void> {
    const scratch = await mkdtemp(path.join(os.tmpdir(), 'kindred-object-'));
    const source = await this.objects.open(from);
    try {
      const target = path.join(scratch, 'without');
      const erased = await this.eraser.erase({ ...task, file: source.path, target } as EraseTask);
      if (!erased) return;
      const to = toKey(erased.sha256);
      await this.objects.put(to, createReadStream(target));
      // Were the commit's answer lost, the file may be in use: the sweep of what no row names finds it if not.
      await use(to, erased).catch(async (error: Error) => {
        if (error instanceof LostError) await this.objects.delete(to);
        throw error;
      });
    } finally {
      await source.release();
      await rm(scratch, { recursive: true, force: true });
    }
  }

  /** Writes down what was taken, in the transaction that takes it. */
  private async recordErased(
    transaction: Transaction,
    erasure: ClaimedErasure,
    more: Receipt,
    replacedKey?: string,
  ): Promise<void> {
    const receipt = { ...erasure.receipt };
    for (const [what, count] of Object.entries(more) as [keyof Receipt, number][])
      receipt[what] = (receipt[what] ?? 0) + count;
    const replacedKeys = replacedKey ? [...erasure.replacedKeys, replacedKey] : erasure.replacedKeys;
    if (!(await this.repository.saveProgress(transaction, erasure, { replacedKeys, receipt }))) throw new LostError();
    Object.assign(erasure, { replacedKeys, receipt });
  }
}

/** Another worker has the erasure, or rewrites the same file for another person: the next pass goes on. */
class LostError extends Error {}
