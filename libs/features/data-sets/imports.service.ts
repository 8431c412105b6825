import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { type LocalFile, OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { ATTEMPTS_MAX, withLease } from '../../platform/queue/lease.js';
import { extendLease, findStranded } from '../../platform/queue/leased-rows.js';
import { Queue } from '../../platform/queue/queue.js';
import type { QueueMessage } from '../../platform/queue/queues.js';
import { Clock } from '../../platform/clock/clock.js';
import { LimitsService } from '../limits/index.js';
import { UsageService } from '../usage/index.js';
import { type Content, ContentError, readContent } from './content-reader.js';
import { type ClaimedImport, DataSetsRepository } from './data-sets.repository.js';
import { uploadKeyOf } from './upload-key.js';

const GIVEN_UP = `The file could not be read in ${ATTEMPTS_MAX} tries: each time the worker that read it stopped. Try a smaller file.`;

/** The worker's half: turns uploads into checked Parquet. */
@Injectable()
export class ImportsService {
  private readonly logger = new Logger(ImportsService.name);

  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
    private readonly queue: Queue,
    private readonly limits: LimitsService,
    private readonly usage: UsageService,
    private readonly clock: Clock,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  /** Carries out one import; does nothing when another worker has it or it is done. */
  async run(message: QueueMessage): Promise<void> {
    const claimed = await this.database.tenant(message.tenantId, (transaction) =>
      this.repository.claimImport(transaction, message),
    );
    if (!claimed) return;
    const extend = () =>
      this.database.tenant(claimed.tenantId, (transaction) => extendLease(transaction, 'imports', claimed));
    await withLease(extend, async () => {
      // The upload is still the next worker's where this one lost its claim.
      if (await this.import(claimed)) await this.objects.delete(claimed.uploadKey);
    });
  }

  /** Sends lost messages again and gives up on imports that no worker survived. */
  async sweep(): Promise<void> {
    const stranded = await this.database.system((transaction) => findStranded(transaction, 'imports'));
    for (const { tenantId, id, attempt } of stranded) {
      const isGivenUp = await this.database.tenant(tenantId, async (transaction) => {
        if (attempt >= ATTEMPTS_MAX) return this.repository.failImport(transaction, { id, attempt }, GIVEN_UP);
        await this.queue.send(transaction, 'imports', { tenantId, id });
        return false;
      });
      if (isGivenUp) await this.objects.delete(uploadKeyOf(tenantId, id));
    }
  }

  /** False when the claim was lost meanwhile. */
  private async import(claimed: ClaimedImport): Promise<boolean> {
    const scratch = await mkdtemp(path.join(os.tmpdir(), 'kindred-import-'));
    let upload: LocalFile | undefined;
    try {
      upload = await this.objects.open(claimed.uploadKey);
      const parquet = path.join(scratch, 'content.parquet');
      const content = await readContent(upload.path, parquet, claimed.kind, claimed.columnMapping);
      if (content.rowsAccepted === 0) return await this.fail(claimed, reasonForNone(content), content);
      return await this.succeed(claimed, parquet, content);
    } catch (error) {
      if (error instanceof ContentError) return await this.fail(claimed, error.message);
      throw error;
    } finally {
      await upload?.release();
      await rm(scratch, { recursive: true, force: true });
    }
  }

  /** The content's key names the claim, so that a worker which lost its claim cannot overwrite the other's file. */
  private async succeed(claimed: ClaimedImport, parquet: string, content: Content): Promise<boolean> {
    const contentKey = `${claimed.tenantId}/content/${claimed.id}-${claimed.attempt}.parquet`;
    await this.objects.put(contentKey, createReadStream(parquet));
    const outcome = await this.database.tenant(claimed.tenantId, async (transaction) => {
      const refusal = await this.findRefusal(transaction, claimed, content);
      if (refusal)
        return (await this.repository.failImport(transaction, claimed, refusal, content)) ? 'refused' : 'lost';
      if (!(await this.repository.succeedImport(transaction, claimed, contentKey, content))) return 'lost';
      await this.meter(transaction, claimed, content);
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
    if (claimed.kind !== 'interactions') return null;
    const { tenantId, projectId, dataSetId } = claimed;
    const rows = Number(content.rowsAccepted);
    const left = await this.limits.unitsLeft(transaction, { tenantId, projectId }, 'interactions_ingested');
    if (rows > left)
      return `The file has ${rows} interactions, and quotas and spend caps leave ${left} interactions_ingested in this billing period. The data set is as it was.`;
    const room = await this.limits.interactionsLeft(transaction, tenantId, dataSetId);
    if (rows > room)
      return `The file has ${rows} interactions, and the plan leaves room for ${Math.max(0, room)} beside your other data sets. The data set is as it was.`;
    return null;
  }

  private async meter(transaction: Transaction, claimed: ClaimedImport, content: Content): Promise<void> {
    if (claimed.kind !== 'interactions') return;
    const { tenantId, projectId, id } = claimed;
    const work = { id, tenantId, projectId, occurredAt: this.clock.now().toISOString() };
    const quantity = Number(content.rowsAccepted);
    await this.usage.recordIn(transaction, { ...work, meter: 'interactions_ingested', quantity });
  }

  private fail(claimed: ClaimedImport, reason: string, content?: Content): Promise<boolean> {
    return this.database.tenant(claimed.tenantId, (transaction) =>
      this.repository.failImport(transaction, claimed, reason, content),
    );
  }
}

function reasonForNone({ rowsRejected }: Content): string {
  return rowsRejected === 0
    ? 'The file has a header and no rows.'
    : `None of the ${rowsRejected} rows can be used: see the errors. The data set is as it was.`;
}
