import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Secret } from 'otpauth';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config, secretsOf } from '../../platform/config/config.js';
import type { Transaction } from '../../platform/database/database.js';
import { sha256 } from '../../platform/secrets/secrets.js';
import { AccountAudit } from './account-audit.js';
import { SecondFactorsRepository } from './second-factors.repository.js';
import { openTotpSecret, stepOfCode } from './totp.js';

const RECOVERY_CODES = 10;
/** 80 bits, which base32 writes in 16 characters: nobody finds them by trying, so a plain hash keeps them. */
const RECOVERY_BYTES = 10;

/** One-time codes: those of an app, and those that stand in for what was lost. Each method requires a system transaction. */
@Injectable()
export class SecondFactorCodes {
  constructor(
    private readonly repository: SecondFactorsRepository,
    private readonly accountAudit: AccountAudit,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Uses the code up. @returns whether it is the person's, of now, and was not used before */
  async use(transaction: Transaction, userId: string, code: string): Promise<boolean> {
    const plain = code.replaceAll(/[\s-]/g, '').toUpperCase();
    if (/^\d{6}$/.test(plain)) return this.useTotp(transaction, userId, plain, true);
    if (!/^[A-Z2-7]{16}$/.test(plain)) return false;
    const hash = hashOf(userId, plain);
    if (!(await this.repository.useRecoveryCode(transaction, userId, hash, this.clock.now()))) return false;
    await this.accountAudit.write(transaction, userId, 'recovery_code_used');
    return true;
  }

  /** @param isConfirmed whether the app was, or is only now by this code */
  async useTotp(transaction: Transaction, userId: string, code: string, isConfirmed: boolean): Promise<boolean> {
    const row = await this.repository.findTotp(transaction, userId);
    if (!row || (row.confirmedAt !== null) !== isConfirmed) return false;
    const secret = openTotpSecret(secretsOf(this.config), userId, row.secret);
    const step = stepOfCode(secret, code, this.clock.now());
    return step !== null && this.repository.useStep(transaction, userId, step);
  }

  /** New ones, in the place of all that the person had. They are shown this once. */
  async makeRecoveryCodes(transaction: Transaction, userId: string): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, () => {
      const bytes = new Uint8Array(randomBytes(RECOVERY_BYTES));
      return new Secret({ buffer: bytes.buffer }).base32;
    });
    const hashes = codes.map((code) => hashOf(userId, code));
    await this.repository.replaceRecoveryCodes(transaction, userId, hashes);
    return codes.map((code) => code.replaceAll(/(.{4})(?=.)/g, '$1-'));
  }
}

function hashOf(userId: string, code: string): Uint8Array<ArrayBuffer> {
  return sha256(`${userId}/${code}`);
}
