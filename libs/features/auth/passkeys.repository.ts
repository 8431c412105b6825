import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';

type Bytes = Uint8Array<ArrayBuffer>;

export type ChallengePurpose = 'registration' | 'login' | 'step_up';

export interface PasskeyRow {
  id: string;
  userId: string;
  name: string;
  credentialId: Bytes;
  publicKey: Bytes;
  counter: bigint;
  transports: string[];
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** Public keys of people's devices, which stand above any one tenant: every method requires a system transaction. */
@Injectable()
export class PasskeysRepository {
  async createChallenge(
    transaction: Transaction,
    challenge: { challengeHash: Bytes; purpose: ChallengePurpose; askedBy: Bytes; expiresAt: Date },
  ): Promise<void> {
    await transaction.passkeyChallenge.create({ data: challenge });
  }

  /** Uses it up. @returns whether it was there for that purpose, and asked for by that browser */
  async useChallenge(
    transaction: Transaction,
    challengeHash: Bytes,
    purpose: ChallengePurpose,
    askedBy: Bytes,
    now: Date,
  ): Promise<boolean> {
    const where = { challengeHash, purpose, askedBy, expiresAt: { gt: now } };
    return (await transaction.passkeyChallenge.deleteMany({ where })).count === 1;
  }

  list(transaction: Transaction, userId: string): Promise<PasskeyRow[]> {
    return transaction.passkey.findMany({ where: { userId }, orderBy: { id: 'desc' } });
  }

  find(transaction: Transaction, credentialId: Bytes): Promise<PasskeyRow | null> {
    return transaction.passkey.findUnique({ where: { credentialId } });
  }

  async create(transaction: Transaction, row: Omit<PasskeyRow, 'lastUsedAt'>): Promise<void> {
    await transaction.passkey.create({ data: row });
  }

  /** @returns false where the device counts no higher than it did: its key may have been copied */
  async count(transaction: Transaction, id: string, counter: number, lastUsedAt: Date): Promise<boolean> {
    const { count } = await transaction.passkey.updateMany({
      where: { id, ...(counter === 0 ? { counter: 0 } : { counter: { lt: counter } }) },
      data: { counter, lastUsedAt },
    });
    return count === 1;
  }

  async delete(transaction: Transaction, userId: string, id: string): Promise<boolean> {
    return (await transaction.passkey.deleteMany({ where: { userId, id } })).count === 1;
  }
}
