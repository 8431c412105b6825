import { Module } from '@nestjs/common';
import { LedgerChecker } from './ledger-check.js';
import { LedgerCheckRepository } from './ledger-check.repository.js';
import { LedgerRepository } from './ledger.repository.js';
import { UsageRecorder } from './usage-recorder.js';
import { UsageController } from './usage.controller.js';
import { UsageRepository } from './usage.repository.js';
import { UsageService } from './usage.service.js';

/** Reading usage, and counting work in the transaction that completes it. */
@Module({
  providers: [UsageService, UsageRepository, LedgerRepository],
  exports: [UsageService, LedgerRepository],
})
export class UsageModule {}

/** What the API has besides: its routes, the journal of calls, and the check of the ledger. */
@Module({
  imports: [UsageModule],
  controllers: [UsageController],
  providers: [UsageRecorder, LedgerChecker, LedgerCheckRepository],
  exports: [UsageModule, UsageRecorder],
})
export class UsageApiModule {}
