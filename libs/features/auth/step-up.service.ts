import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { NIL_ID } from '../../platform/http/ids.js';
import {
  notAuthenticated,
  passkeyRefused,
  type StepUpMethod,
  stepUpRequired,
  wrongCode,
  wrongCredentials,
} from './auth.errors.js';
import { AuthRepository } from './auth.repository.js';
import { bytesOf, LiveSessions } from './live-sessions.service.js';
import { Passkeys } from './passkeys.service.js';
import { Passwords } from './passwords.js';
import { SecondFactorCodes } from './second-factor-codes.js';
import { secondFactorsOf, SecondFactorsRepository } from './second-factors.repository.js';
import type { StepUp } from './step-up.schema.js';
import { Throttle } from './throttle.js';

/** How long a login, or a step-up, is recent. */
const RECENT_MS = 10 * 60_000;

/** What matters most is done by who has lately shown who they are, and not by whoever sits at their open browser. */
@Injectable()
export class StepUpService {
  constructor(
    private readonly database: Database,
    private readonly repository: AuthRepository,
    private readonly sessions: LiveSessions,
    private readonly secondFactors: SecondFactorsRepository,
    private readonly codes: SecondFactorCodes,
    private readonly passkeys: Passkeys,
    private readonly passwords: Passwords,
    private readonly throttle: Throttle,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 403 with what is possible, where the session's person showed too long ago who they are */
  async require({ userId, authenticatedAt, credential }: UserPrincipal): Promise<void> {
    if (this.isRecent(authenticatedAt)) return;
    // By another process, it may be newer than what this one remembers.
    const session = await this.sessions.findAnew(credential.hash);
    if (!session) throw notAuthenticated();
    if (!this.isRecent(session.authenticatedAt)) throw stepUpRequired(await this.methodsOf(userId));
  }

  /**
   * The session is recent from here on.
   *
   * @throws Problem 401 where it is not them; 403 where it wants something else; 429
   */
  async stepUp(person: UserPrincipal, { password, code, passkey }: StepUp, address: string): Promise<void> {
    const { userId } = person;
    if (code !== undefined) {
      const giveBack = await this.throttle.admitCode(userId, null);
      await this.show(person, true, async (transaction) => {
        if (!(await this.codes.use(transaction, userId, code))) throw wrongCode();
      });
      return giveBack();
    }
    if (passkey) {
      const owner = await this.passkeys.authenticate(passkey, 'step_up', bytesOf(person.credential.hash));
      if (owner !== userId) throw passkeyRefused();
      return this.show(person, true);
    }
    const methods = await this.methodsOf(userId);
    // Whoever has only the password of one with a second factor is not them.
    if (!methods.includes('password')) throw stepUpRequired(methods);
    // A session that was taken must not guess its owner's password past every login's limit.
    const giveBack = await this.throttle.admitLogin(person.email, address, null);
    const user = await this.database.system((transaction) =>
      this.repository.findUserByEmail(transaction, person.email),
    );
    const isRight = await this.passwords.verify(user?.passwordHash ?? null, password ?? '');
    if (user?.id !== userId || !isRight) throw wrongCredentials();
    await giveBack();
    await this.show(person, false);
  }

  /** @param prove what uses up the proof, in the same transaction */
  private async show(
    { userId, tenantId, credential }: UserPrincipal,
    isSecondFactor: boolean,
    prove?: (transaction: Transaction) => Promise<void>,
  ): Promise<void> {
    await this.database.system(async (transaction) => {
      await prove?.(transaction);
      const now = this.clock.now();
      const at = { authenticatedAt: now, ...(isSecondFactor && { secondFactorAt: now }) };
      const isOpen = await this.repository.setAuthenticated(transaction, bytesOf(credential.hash), at);
      if (!isOpen) throw notAuthenticated();
      const within = tenantId === NIL_ID ? null : tenantId;
      await audit(transaction, within, 'user.reauthenticated', userId, {}, { kind: 'user', id: userId });
    });
    this.sessions.forgetSessionsOf(userId);
  }

  private async methodsOf(userId: string): Promise<StepUpMethod[]> {
    const factors = await this.database.system((transaction) => this.secondFactors.findFactors(transaction, userId));
    const methods = secondFactorsOf(factors);
    return methods.length === 0 && factors.hasPassword ? ['password'] : methods;
  }

  private isRecent(at: Date): boolean {
    return this.clock.now().getTime() - at.getTime() < RECENT_MS;
  }
}
