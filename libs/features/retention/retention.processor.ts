import { Injectable } from '@nestjs/common';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { RetentionService } from './retention.service.js';

/** Once an hour; any worker may do it, and several at once. */
@Injectable()
export class RetentionProcessor extends RepeatedWork {
  protected readonly everyMs = 3_600_000;

  constructor(private readonly retention: RetentionService) {
    super();
  }

  protected override async work(): Promise<void> {
    await this.retention.deleteRows();
    await this.retention.deleteFiles();
    await this.retention.deleteScratch();
  }
}
