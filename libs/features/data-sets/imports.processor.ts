import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { kinds } from '../../models/kinds/kinds.js';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isDiskFull } from '../../platform/object-store/disk-full.js';
import { type LocalFile, OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { type Claim, type LostClaim, releaseRow } from '../../platform/queue/leased-rows.js';
import { type ClaimOrder, LeasedWork, LeaseLostError, WorkerStoppedError } from '../../platform/queue/leased-work.js';
import { LimitsService } from '../limits/index.js';
import { UsageService } from '../usage/index.js';
import { ContentError } from './content-error.js';
import type { Content } from './content-reader.js';
import { type ClaimedImport, DataSetsRepository, IMPORTS, NEXT_IMPORT } from './data-sets.repository.js';
import { ImportProgressWriter } from './import-progress-writer.js';
import { ImportCrashedError, ImportRunner } from './import-runner.js';
import { deleteUpload, openUpload } from './open-upload.js';
import { uploadKeyOf } from './upload-key.js';

/** Workers that vanish under an import, which is seldom the file's fault. */
const LOSSES_MAX = 3;
/** An import that is cancelled stops within twice that. */
const WATCH_MS = 100;
const AS_IT_WAS = 'The data set is as it was.';
const GIVEN_UP = `The worker that read the file stopped ${LOSSES_MAX} times, most likely with its machine. ${AS_IT_WAS} Send the file again.`;
const DISK_FULL = `The machine that read the file ran out of disk space, an internal error of ours. ${AS_IT_WAS} Send the file again later.`;

/** Turns uploads into checked Parquet: those that are next by fair share, a few at a time. */
@Injectable()
export class ImportsProcessor extends LeasedWork<ClaimedImport> {
  protected readonly table = IMPORTS;
  protected readonly most: number;
  protected override readonly lossesMax = LOSSES_MAX;
  protected override readonly watchMs = WATCH_MS;

  constructor(
    database: Database,
    private readonly repository: DataSetsRepository,
    private readonly limits: LimitsService,
    private readonly usage: UsageService,
    private readonly clock: Clock,
    private readonly runner: ImportRunner,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) config: Config,
  ) {
    super(database);
    this.most = config.KINDRED_WORKER_IMPORTS;
  }

  protected override order(): ClaimOrder {
    return [NEXT_IMPORT, Object.keys(kinds)];
  }

  protected override read(transaction: Transaction, claims: Claim[]): Promise<ClaimedImport[]> {
    return Promise.all(claims.map((claim) => this.repository.readClaimed(transaction, claim)));
  }

  protected override async carryOut(claimed: ClaimedImport, lease: AbortSignal): Promise<void> {
    const hasEnded = await this.import(claimed, AbortSignal.any([lease, this.stopping.signal]));
    // The upload is still the next worker's where this one lost its claim or gave it back.
    if (hasEnded) await deleteUpload(this.objects, claimed);
  }

  protected override async giveUp(transaction: Transaction, lost: LostClaim): Promise<void> {
    await this.failIn(transaction, lost, GIVEN_UP);
  }

  protected override async afterLoss({ tenantId, id }: LostClaim, isGivenUp: boolean): Promise<void> {
    if (!isGivenUp) return;
    const partKeys = await this.database.tenant(tenantId, (transaction) =>
      this.repository.listPartKeys(transaction, tenantId, id),
    );
    await deleteUpload(this.objects, { uploadKey: uploadKeyOf(tenantId, id), partKeys });
  }

  /** False when the import is no longer this worker's. */
  private async import(claimed: ClaimedImport, signal: AbortSignal): Promise<boolean> {
    const scratch = await mkdtemp(path.join(os.tmpdir(), 'kindred-import-'));
    const files: LocalFile[] = [];
    const open = async (key: string) => {
      const file = await this.objects.open(key);
      files.push(file);
      return file.path;
    };
    const progress = new ImportProgressWriter(this.database, this.repository, claimed);
    try {
      const target = path.join(scratch, 'content.parquet');
      const { kind, mode, base, columnMapping: mapping, keptMapping, formats, erasedUserIds } = claimed;
      const upload = await openUpload(this.objects, claimed, scratch);
      files.push(upload);
      const held = mode === 'append' && base ? await open(base.contentKey) : undefined;
      const task = { file: upload.path, target, held, kind, mapping, keptMapping, formats, erasedUserIds };
      const content = await this.runner.run(task, { signal, onProgress: (report) => progress.report(report) });
      await progress.settle();
      if (content.rowsAccepted === 0) return await this.fail(claimed, reasonForNone(content), content);
      return await this.succeed(claimed, target, content);
    } catch (error) {
      return await this.endWithout(claimed, error as Error);
    } finally {
      await progress.settle();
      for (const file of files) await file.release();
      await rm(scratch, { recursive: true, force: true });
    }
  }

  /** What becomes of an import that brought no rows. */
  private async endWithout(claimed: ClaimedImport, error: Error): Promise<boolean> {
    if (error instanceof LeaseLostError) return false;
    if (error instanceof WorkerStoppedError) {
      await this.database.tenant(claimed.tenantId, (transaction) => releaseRow(transaction, IMPORTS, claimed));
      return false;
    }
    if (error instanceof ContentError) return this.fail(claimed, error.message);
    this.logger.error({ msg: `import ${claimed.id} failed in attempt ${claimed.attempt}`, err: error });
    if (error instanceof ImportCrashedError) return this.fail(claimed, `${error.message} ${AS_IT_WAS}`);
    if (isDiskFull(error)) return this.fail(claimed, DISK_FULL);
    // The store or the database was away: the row is taken back once its lease has run out.
    return false;
  }

  /** The content's key names the claim, so that a worker which lost its claim cannot overwrite the other's file, and what it holds. */
  private async succeed(claimed: ClaimedImport, parquet: string, content: Content): Promise<boolean> {
    const contentKey = `${claimed.tenantId}/content/${claimed.id}-${claimed.attempt}-${content.sha256}.parquet`;
    await this.objects.put(contentKey, createReadStream(parquet));
    const outcome = await this.database.tenant(claimed.tenantId, async (transaction) => {
      // What the rows were added to is what the data set holds no more: they are added to that once more.
      if (claimed.mode === 'append' && !(await this.repository.isOnBase(transaction, claimed))) {
        await releaseRow(transaction, IMPORTS, claimed);
        return 'overtaken';
      }
      const refusal = await this.findRefusal(transaction, claimed, content);
      if (refusal) return (await this.failIn(transaction, claimed, refusal, content)) ? 'refused' : 'lost';
      if (!(await this.repository.succeedImport(transaction, claimed, contentKey, content))) return 'lost';
      await this.meter(transaction, claimed, content);
      const { dataSetId, mode } = claimed;
      const { rowsAccepted, rowsRejected, rowsHeld } = content;
      const after = { dataSetId, mode, rowsAccepted, rowsRejected, rowsHeld };
      await audit(transaction, claimed.tenantId, 'import.succeeded', claimed.id, { after });
      return 'succeeded';
    });
    if (outcome !== 'succeeded') {
      await this.objects.delete(contentKey);
      return outcome === 'refused';
    }
    this.logger.log(`import ${claimed.id}: ${content.rowsAccepted} rows accepted, ${content.rowsRejected} rejected`);
    return true;
  }

  /** Why quotas do not let the rows in; null where they do. */
  private async findRefusal(
    transaction: Transaction,
    claimed: ClaimedImport,
    content: Content,
  ): Promise<string | null> {
    const { tenantId, projectId, dataSetId, kind: key } = claimed;
    const { meters, quota } = kinds[key];
    const { rowsAccepted: rows, rowsHeld } = content;
    if (meters.ingested && isMetered(claimed)) {
      const left = await this.limits.unitsLeft(transaction, { tenantId, projectId }, meters.ingested);
      if (rows > left)
        return `The file has ${rows} rows, and quotas and spend caps leave ${left} ${meters.ingested} in this billing period. ${AS_IT_WAS}`;
    }
    if (quota) {
      const left = await this.limits.rowsLeft(transaction, tenantId, quota, dataSetId);
      if (rowsHeld > left && claimed.mode === 'append')
        return `With the file the data set would hold ${rowsHeld} rows, and the plan leaves room for ${left} ${quota} besides your other data sets. ${AS_IT_WAS}`;
      if (rowsHeld > left)
        return `The file has ${rows} rows, and the plan leaves room for ${left} ${quota} besides your other data sets. ${AS_IT_WAS}`;
    }
    return null;
  }

  private async meter(transaction: Transaction, claimed: ClaimedImport, content: Content): Promise<void> {
    const meter = kinds[claimed.kind].meters.ingested;
    if (!meter || !isMetered(claimed)) return;
    const { tenantId, projectId, id } = claimed;
    const work = { id, tenantId, projectId, occurredAt: this.clock.now().toISOString() };
    await this.usage.recordIn(transaction, { ...work, meter, quantity: content.rowsAccepted });
  }

  private fail(claimed: ClaimedImport, reason: string, content?: Content): Promise<boolean> {
    return this.database.tenant(claimed.tenantId, (transaction) => this.failIn(transaction, claimed, reason, content));
  }

  /** The reason may name people, and is not audited. */
  private async failIn(transaction: Transaction, claim: Claim, reason: string, content?: Content): Promise<boolean> {
    if (!(await this.repository.failImport(transaction, claim, reason, content))) return false;
    await audit(transaction, claim.tenantId, 'import.failed', claim.id);
    return true;
  }
}

/** What we hand out or make up is nobody's ingestion; it takes room all the same, and what learns from it computes. */
const isMetered = ({ provenance }: ClaimedImport) => provenance === 'uploaded';

function reasonForNone({ rowsRejected }: Content): string {
  return rowsRejected === 0
    ? 'The file has a header and no rows.'
    : `None of the ${rowsRejected} rows can be used: see the errors. ${AS_IT_WAS}`;
}
