import { Injectable } from '@nestjs/common';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { ErasuresService } from './erasures.service.js';

@Injectable()
export class ErasuresProcessor extends RepeatedWork {
  /** Also the least between replacing a file and deleting it. */
  protected readonly everyMs = 5_000;

  constructor(private readonly erasures: ErasuresService) {
    super();
  }

  protected override work(): Promise<void> {
    return this.erasures.sweep();
  }
}
