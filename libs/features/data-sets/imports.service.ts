import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { ATTEMPTS_MAX, withLease } from '../../platform/queue/lease.js';
import { Queue } from '../../platform/queue/queue.js';
import type { QueueMessage } from '../../platform/queue/queues.js';
import { type Content, ContentError, readContent } from './content-reader.js';
import { type ClaimedImport, DataSetsRepository } from './data-sets.repository.js';

/** The worker's half: turns uploads into checked Parquet. */
@Injectable()
export class ImportsService {
  private readonly logger = new Logger(ImportsService.name);

  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
    private readonly queue: Queue,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  /** Carries out one import; does nothing when another worker has it or it is done. */
  async run(message: QueueMessage): Promise<void> {
    const claimed = await this.database.tenant(message.tenantId, (transaction) =>
      this.repository.claimImport(transaction, message),
    );
    if (!claimed) return;
    const extend = () =>
      this.database.tenant(claimed.tenantId, (transaction) => this.repository.extendLease(transaction, claimed));
    await withLease(extend, () => this.import(claimed));
  }

  /** Sends lost messages again and gives up on imports that no worker survived. */
  async sweep(): Promise<void> {
    for (const { tenantId, id, attempt } of await this.database.system((transaction) =>
      this.repository.findStranded(transaction),
    )) {
      await this.database.tenant(tenantId, async (transaction) => {
        if (attempt < ATTEMPTS_MAX) return this.queue.send(transaction, 'imports', { tenantId, id });
        const reason = `The file could not be read in ${ATTEMPTS_MAX} tries: each time the worker that read it stopped. Try a smaller file.`;
        await this.repository.failImport(transaction, { id, attempt }, reason);
      });
    }
  }

  private async import(claimed: ClaimedImport): Promise<void> {
    const scratch = await mkdtemp(path.join(os.tmpdir(), 'kindred-import-'));
    const upload = await this.objects.open(claimed.uploadKey);
    try {
      const parquet = path.join(scratch, 'content.parquet');
      const content = await readContent(upload.path, parquet, claimed.kind, claimed.columnMapping);
      if (content.rowsAccepted === 0) await this.fail(claimed, reasonForNone(content), content);
      else await this.succeed(claimed, parquet, content);
      await this.objects.delete(claimed.uploadKey);
    } catch (error) {
      if (error instanceof ContentError) await this.fail(claimed, error.message);
      else throw error;
    } finally {
      await upload.release();
      await rm(scratch, { recursive: true, force: true });
    }
  }

  /** The content's key names the claim, so that a worker which lost its claim cannot overwrite the other's file. */
  private async succeed(claimed: ClaimedImport, parquet: string, content: Content): Promise<void> {
    const contentKey = `${claimed.tenantId}/content/${claimed.id}-${claimed.attempt}.parquet`;
    await this.objects.put(contentKey, createReadStream(parquet));
    const isOurs = await this.database.tenant(claimed.tenantId, (transaction) =>
      this.repository.succeedImport(transaction, claimed, contentKey, content),
    );
    if (!isOurs) await this.objects.delete(contentKey);
    this.logger.log(`import ${claimed.id}: ${content.rowsAccepted} rows accepted, ${content.rowsRejected} rejected`);
  }

  private async fail(claimed: ClaimedImport, reason: string, content?: Content): Promise<void> {
    await this.database.tenant(claimed.tenantId, (transaction) =>
      this.repository.failImport(transaction, claimed, reason, content),
    );
  }
}

function reasonForNone({ rowsRejected }: Content): string {
  return rowsRejected === 0
    ? 'The file has a header and no rows.'
    : `None of the ${rowsRejected} rows can be used: see the errors. The data set is as it was.`;
}
