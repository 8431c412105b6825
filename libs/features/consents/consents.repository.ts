import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';

/** Each method requires a system transaction. */
@Injectable()
export class ConsentsRepository {
  list(transaction: Transaction, userId: string) {
    return transaction.consent.findMany({ where: { userId } });
  }

  /** Whether it was not there. */
  async add(
    transaction: Transaction,
    consent: { userId: string; document: string; version: string; acceptedAt: Date },
  ): Promise<boolean> {
    return (await transaction.consent.createMany({ data: consent, skipDuplicates: true })).count === 1;
  }
}
