import { Module } from '@nestjs/common';
import { ImpersonationEnds } from './impersonation-ends.js';
import { ImpersonationsRepository } from './impersonations.repository.js';

/** The worker's door to this feature. */
@Module({ providers: [ImpersonationEnds, ImpersonationsRepository] })
export class ImpersonationsWorkerModule {}
