import { Inject, Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isUniqueViolation } from '../../platform/database/errors.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import { AccountAudit } from './account-audit.js';
import { lastWayIn, noSecondFactor, passkeyRefused, totpEnabled, wrongCode } from './auth.errors.js';
import { AuthRepository } from './auth.repository.js';
import { bytesOf, LiveSessions } from './live-sessions.service.js';
import { type PasskeyRow, PasskeysRepository } from './passkeys.repository.js';
import type { CreatePasskey, Passkey } from './passkeys.schema.js';
import { Passkeys } from './passkeys.service.js';
import { SecondFactorCodes } from './second-factor-codes.js';
import { hasWayIn, SecondFactorsRepository } from './second-factors.repository.js';
import type { NewTotp, SecondFactors, UseCode } from './second-factors.schema.js';
import { Throttle } from './throttle.js';
import { newTotpSecret, sealTotpSecret, totpUri } from './totp.js';

/** What a person sets up besides their password. */
@Injectable()
export class SecondFactorsService {
  constructor(
    private readonly database: Database,
    private readonly repository: SecondFactorsRepository,
    private readonly sessions: AuthRepository,
    private readonly live: LiveSessions,
    private readonly codes: SecondFactorCodes,
    private readonly passkeys: Passkeys,
    private readonly passkeyRows: PasskeysRepository,
    private readonly accountAudit: AccountAudit,
    private readonly throttle: Throttle,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async show({ userId }: UserPrincipal): Promise<SecondFactors> {
    const { hasPassword, totpConfirmedAt, recoveryCodesLeft } = await this.database.system((transaction) =>
      this.repository.findFactors(transaction, userId),
    );
    return {
      hasPassword,
      totp: totpConfirmedAt && { confirmedAt: totpConfirmedAt.toISOString() },
      recoveryCodesLeft,
    };
  }

  /** It counts once it is confirmed. @throws Problem 409 where one was */
  async createTotp({ userId, email }: UserPrincipal): Promise<NewTotp> {
    const secret = newTotpSecret();
    const sealed = sealTotpSecret(this.config.KINDRED_SECRET, userId, secret);
    await this.database.system(async (transaction) => {
      const row = { userId, secret: sealed, createdAt: this.clock.now() };
      if (!(await this.repository.createTotp(transaction, row))) throw totpEnabled();
      await this.accountAudit.write(transaction, userId, 'totp_requested');
    });
    return { secret, uri: totpUri(secret, email) };
  }

  /**
   * @returns recovery codes, where the person has none yet
   * @throws Problem 401 for a wrong code, 429 for too many
   */
  async confirmTotp({ userId, credential }: UserPrincipal, { code }: UseCode): Promise<string[] | null> {
    const giveBack = await this.throttle.admitCode(userId, null);
    const made = await this.database.system(async (transaction) => {
      await this.sessions.lockUser(transaction, userId);
      const isRight = await this.codes.useTotp(transaction, userId, code.replaceAll(/\s/g, ''), false);
      if (!isRight || !(await this.repository.confirmTotp(transaction, userId, this.clock.now()))) throw wrongCode();
      await this.accountAudit.write(transaction, userId, 'totp_enabled');
      return this.haveAdded(transaction, userId, credential.hash);
    });
    await giveBack();
    this.live.forgetSessionsOf(userId);
    return made;
  }

  /** With the recovery codes, where nothing is left that they stand in for. */
  async deleteTotp({ userId }: UserPrincipal): Promise<void> {
    await this.database.system(async (transaction) => {
      await this.sessions.lockUser(transaction, userId);
      if (!(await this.repository.deleteTotp(transaction, userId))) return;
      await this.accountAudit.write(transaction, userId, 'totp_disabled');
      await this.haveRemoved(transaction, userId);
    });
    this.live.forgetSessionsOf(userId);
  }

  async listPasskeys(userId: string): Promise<Passkey[]> {
    const rows = await this.database.system((transaction) => this.passkeyRows.list(transaction, userId));
    return rows.map(toPasskey);
  }

  /** @throws Problem 401 */
  async createPasskey({ userId, credential }: UserPrincipal, body: CreatePasskey) {
    // Before the lock: who waits for it would hold a connection, and this wants another.
    const verified = await this.passkeys.verifyNew(userId, body, bytesOf(credential.hash));
    const created = await this.database
      .system(async (transaction) => {
        await this.sessions.lockUser(transaction, userId);
        const row = await this.passkeys.create(transaction, verified);
        await this.accountAudit.write(transaction, userId, 'passkey_added', { after: { name: row.name } });
        const recoveryCodes = await this.haveAdded(transaction, userId, credential.hash);
        return { passkey: toPasskey(row), recoveryCodes };
      })
      .catch((error) => {
        throw isUniqueViolation(error) ? passkeyRefused() : error;
      });
    this.live.forgetSessionsOf(userId);
    return created;
  }

  /** @throws Problem 404; 409 where it is the only way in */
  async deletePasskey(userId: string, id: string): Promise<void> {
    parseId('passkey', id);
    await this.database.system(async (transaction) => {
      await this.sessions.lockUser(transaction, userId);
      if (!(await this.passkeyRows.delete(transaction, userId, id))) throw notFound('passkey', id);
      if (!hasWayIn(await this.repository.findFactors(transaction, userId))) throw lastWayIn();
      await this.accountAudit.write(transaction, userId, 'passkey_removed');
      await this.haveRemoved(transaction, userId);
    });
    this.live.forgetSessionsOf(userId);
  }

  /** In the place of those of before. @throws Problem 409 where there is nothing that they would stand in for */
  async makeRecoveryCodes({ userId }: UserPrincipal): Promise<string[]> {
    return this.database.system(async (transaction) => {
      await this.sessions.lockUser(transaction, userId);
      const { totpConfirmedAt, passkeys } = await this.repository.findFactors(transaction, userId);
      if (!totpConfirmedAt && passkeys === 0) throw noSecondFactor();
      await this.accountAudit.write(transaction, userId, 'recovery_codes_made');
      return this.codes.makeRecoveryCodes(transaction, userId);
    });
  }

  /** The session has shown it in that moment. @returns recovery codes, where the person has none yet */
  private async haveAdded(transaction: Transaction, userId: string, sessionHash: string): Promise<string[] | null> {
    const now = this.clock.now();
    const at = { authenticatedAt: now, secondFactorAt: now };
    await this.sessions.setAuthenticated(transaction, bytesOf(sessionHash), at);
    const { recoveryCodesLeft } = await this.repository.findFactors(transaction, userId);
    return recoveryCodesLeft > 0 ? null : this.codes.makeRecoveryCodes(transaction, userId);
  }

  private async haveRemoved(transaction: Transaction, userId: string): Promise<void> {
    const { totpConfirmedAt, passkeys } = await this.repository.findFactors(transaction, userId);
    if (!totpConfirmedAt && passkeys === 0) await this.repository.replaceRecoveryCodes(transaction, userId, []);
  }
}

function toPasskey({ id, name, createdAt, lastUsedAt }: PasskeyRow): Passkey {
  return { id, name, createdAt: createdAt.toISOString(), lastUsedAt: lastUsedAt?.toISOString() ?? null };
}
