import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { StepUpMethod } from './auth.errors.js';

export interface TotpRow {
  secret: Uint8Array;
  confirmedAt: Date | null;
}

/** By what a person shows who they are. */
export interface Factors {
  hasPassword: boolean;
  totpConfirmedAt: Date | null;
  passkeys: number;
  /** At how many providers they are known. */
  identities: number;
  recoveryCodesLeft: number;
}

/** By what a login can be completed; nothing where the password is enough. */
export function secondFactorsOf({ totpConfirmedAt, passkeys, recoveryCodesLeft }: Factors): StepUpMethod[] {
  const methods: StepUpMethod[] = [];
  if (totpConfirmedAt) methods.push('totp');
  if (passkeys > 0) methods.push('passkey');
  if (methods.length > 0 && recoveryCodesLeft > 0) methods.push('recovery_code');
  return methods;
}

/** Whether they can log in. */
export function hasWayIn({ hasPassword, passkeys, identities }: Factors): boolean {
  return hasPassword || passkeys > 0 || identities > 0;
}

/** People's second factors, which stand above any one tenant: every method requires a system transaction. */
@Injectable()
export class SecondFactorsRepository {
  async findFactors(transaction: Transaction, userId: string): Promise<Factors> {
    const { passwordHash, totp, _count } = await transaction.user.findUniqueOrThrow({
      where: { id: userId },
      select: {
        passwordHash: true,
        totp: { select: { confirmedAt: true } },
        _count: { select: { passkeys: true, identities: true, recoveryCodes: { where: { usedAt: null } } } },
      },
    });
    return {
      hasPassword: passwordHash !== null,
      totpConfirmedAt: totp?.confirmedAt ?? null,
      passkeys: _count.passkeys,
      identities: _count.identities,
      recoveryCodesLeft: _count.recoveryCodes,
    };
  }

  findTotp(transaction: Transaction, userId: string): Promise<TotpRow | null> {
    return transaction.totp.findUnique({ where: { userId }, select: { secret: true, confirmedAt: true } });
  }

  /** In the place of one that was never confirmed. @returns false where one was */
  async createTotp(
    transaction: Transaction,
    row: { userId: string; secret: Uint8Array<ArrayBuffer>; createdAt: Date },
  ): Promise<boolean> {
    const count = await transaction.$executeRaw`
      INSERT INTO totps (user_id, secret, created_at) VALUES (${row.userId}::uuid, ${row.secret}, ${row.createdAt})
      ON CONFLICT (user_id) DO UPDATE SET secret = EXCLUDED.secret, created_at = EXCLUDED.created_at
      WHERE totps.confirmed_at IS NULL`;
    return count === 1;
  }

  async confirmTotp(transaction: Transaction, userId: string, confirmedAt: Date): Promise<boolean> {
    const { count } = await transaction.totp.updateMany({
      where: { userId, confirmedAt: null },
      data: { confirmedAt },
    });
    return count === 1;
  }

  /** Uses up the code of that step, and those before. @returns false where it was: of two that come at once one has it */
  async useStep(transaction: Transaction, userId: string, step: number): Promise<boolean> {
    const { count } = await transaction.totp.updateMany({
      where: { userId, usedStep: { lt: step } },
      data: { usedStep: step },
    });
    return count === 1;
  }

  /** @returns whether there was a confirmed one */
  async deleteTotp(transaction: Transaction, userId: string): Promise<boolean> {
    const { count } = await transaction.totp.deleteMany({ where: { userId, confirmedAt: { not: null } } });
    await transaction.totp.deleteMany({ where: { userId } });
    return count === 1;
  }

  /** In the place of all that the person had. */
  async replaceRecoveryCodes(
    transaction: Transaction,
    userId: string,
    codeHashes: Uint8Array<ArrayBuffer>[],
  ): Promise<void> {
    await transaction.recoveryCode.deleteMany({ where: { userId } });
    await transaction.recoveryCode.createMany({ data: codeHashes.map((codeHash) => ({ userId, codeHash })) });
  }

  /** @returns false where there is none such that is not used: of two that come at once one has it */
  async useRecoveryCode(
    transaction: Transaction,
    userId: string,
    codeHash: Uint8Array<ArrayBuffer>,
    usedAt: Date,
  ): Promise<boolean> {
    const { count } = await transaction.recoveryCode.updateMany({
      where: { userId, codeHash, usedAt: null },
      data: { usedAt },
    });
    return count === 1;
  }
}
