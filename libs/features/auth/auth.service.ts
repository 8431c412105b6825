import { Inject, Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isUniqueViolation } from '../../platform/database/errors.js';
import { currentRequest } from '../../platform/http/current-request.js';
import { newId } from '../../platform/http/ids.js';
import { randomToken, sha256 } from '../../platform/secrets/secrets.js';
import { ConsentsService } from '../consents/index.js';
import { NotificationsService } from '../notifications/index.js';
import { OrganizationService } from '../organizations/index.js';
import { SignUpsService } from '../sign-ups/index.js';
import { SingleSignOnService } from '../single-sign-on/index.js';
import { AccountMails } from './account-mails.js';
import { loginExpired, passkeyRefused, type StepUpMethod, wrongCode, wrongCredentials } from './auth.errors.js';
import { AuthRepository, type KnownUser } from './auth.repository.js';
import type { Login, Signup } from './auth.schema.js';
import { readDeviceName } from './device-name.js';
import { deviceNameOf, newDevice, readDevice } from './device-token.js';
import { LiveSessions } from './live-sessions.service.js';
import type { Assertion } from './passkeys.schema.js';
import { Passkeys } from './passkeys.service.js';
import { Passwords } from './passwords.js';
import { SecondFactorCodes } from './second-factor-codes.js';
import { secondFactorsOf, SecondFactorsRepository } from './second-factors.repository.js';
import { Throttle } from './throttle.js';
import { uniformly } from './uniformly.js';

const DAY_MS = 86_400_000;

/** How long the second factor may take after the password. */
const PENDING_MS = 5 * 60_000;

/** A login whose second factor is to come. */
export interface HalfSignedIn {
  pendingToken: string;
  /** By what it can be shown. */
  methods: StepUpMethod[];
}

interface HowSignedIn {
  /** When they showed a second factor; absent where they did not. */
  secondFactorAt?: Date;
  /** The provider that showed who they are; absent where none did. */
  by?: string | undefined;
  /** The organization that they enter; the one they joined first where absent. */
  tenantId?: string;
}

export interface SignedIn {
  token: string;
  deviceToken: string;
}

/** Makes accounts, and logs people in to them: in one step, or in two where the account has a second factor. */
@Injectable()
export class AuthService {
  constructor(
    private readonly database: Database,
    private readonly repository: AuthRepository,
    private readonly organizations: OrganizationService,
    private readonly notifications: NotificationsService,
    private readonly mails: AccountMails,
    private readonly signUps: SignUpsService,
    private readonly consents: ConsentsService,
    private readonly singleSignOn: SingleSignOnService,
    private readonly passwords: Passwords,
    private readonly throttle: Throttle,
    private readonly secondFactors: SecondFactorsRepository,
    private readonly codes: SecondFactorCodes,
    private readonly passkeys: Passkeys,
    private readonly sessions: LiveSessions,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Makes the person and their organization on the Free plan, or tells an address that has an account so by mail. The caller
   * learns which it was neither from the answer nor from its time. Whoever signs up agrees to the texts as they are.
   *
   * @param deviceToken by which the browser is known from an earlier sign-up or login
   */
  signup(
    { email, password, organizationName, language }: Signup,
    address: string,
    deviceToken: string | undefined,
  ): Promise<void> {
    return uniformly(this.config, async () => {
      await this.throttle.admitSignup(email, address);
      const user = { id: newId(), email, passwordHash: await this.passwords.hash(password), language };
      const organization = { id: newId(), name: organizationName };
      try {
        await this.database.system(async (transaction) => {
          await this.repository.createUser(transaction, user);
          await this.organizations.create(transaction, organization, user.id);
          await this.mails.sendVerification(transaction, organization.id, user.id, email);
          await this.consents.acceptAll(transaction, user.id);
          const device = deviceToken ? deviceNameOf(deviceToken) : null;
          const origin = { email, address, device };
          await this.signUps.record(transaction, { tenantId: organization.id, userId: user.id, ...origin });
        });
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        await this.notifyOwner(email);
      }
    });
  }

  /**
   * Makes the person of an address that a link of a mail has verified, and what they come for, in one transaction. They agree to the
   * texts as they are.
   *
   * @param then makes what they come for
   * @throws a unique violation where the address has an account
   */
  async signUpVerified(
    { email, password, language }: Pick<Signup, 'email' | 'password' | 'language'>,
    address: string,
    then: (transaction: Transaction, userId: string) => Promise<void>,
  ): Promise<void> {
    await this.throttle.admitSignup(email, address);
    const id = newId();
    const passwordHash = await this.passwords.hash(password);
    const user = { id, email, passwordHash, language, emailVerifiedAt: this.clock.now() };
    await this.database.system(async (transaction) => {
      await this.repository.createUser(transaction, user);
      await this.consents.acceptAll(transaction, id);
      await then(transaction, id);
    });
  }

  /** Requires a system transaction. Only for whoever has shown that they read the address's mail. */
  async hasAccount(transaction: Transaction, email: string): Promise<boolean> {
    return (await this.repository.findUserByEmail(transaction, email)) !== null;
  }

  /**
   * @param deviceToken what an earlier login left in this browser
   * @returns the session token, new at each login, and the token by which the browser is known again; where the account has a second
   *   factor, what the second half is done with
   */
  login(
    { email, password }: Login,
    address: string,
    deviceToken: string | undefined,
  ): Promise<SignedIn | HalfSignedIn> {
    return uniformly(this.config, async () => {
      const find = () => this.database.system((transaction) => this.repository.findUserByEmail(transaction, email));
      // Whose browser it may be is looked up first; anyone else is counted before anything is done for them.
      const known = deviceToken ? await find() : null;
      const device = known && readDevice(this.config.KINDRED_SECRET, known.id, deviceToken!);
      const giveBack = await this.throttle.admitLogin(email, address, device);
      const user = known ?? (await find());
      const isRight = await this.passwords.verify(user?.passwordHash ?? null, password);
      if (!user || !isRight) throw wrongCredentials();
      await giveBack();
      return this.database.system((transaction) => this.beginLogin(transaction, user, deviceToken));
    });
  }

  /**
   * The second half of a login, by a code.
   *
   * @param pendingToken what the first half left
   * @throws Problem 401 where that has expired or was used, or where the code is wrong; 429
   */
  completeLogin(pendingToken: string, code: string, deviceToken: string | undefined): Promise<SignedIn> {
    return uniformly(this.config, async () => {
      const hash = sha256(pendingToken);
      const user = await this.database.system((transaction) => this.findPending(transaction, hash));
      const device = deviceToken ? readDevice(this.config.KINDRED_SECRET, user.id, deviceToken) : null;
      const giveBack = await this.throttle.admitCode(user.id, device);
      const signedIn = await this.database.system(async (transaction) => {
        if (!(await this.repository.deletePendingLogin(transaction, hash))) throw loginExpired();
        if (!(await this.codes.use(transaction, user.id, code))) throw wrongCode();
        await this.singleSignOn.refuseWhereEnforced(transaction, user.email, user.id);
        return this.signIn(transaction, user, deviceToken, { secondFactorAt: this.clock.now() });
      });
      await giveBack();
      return signedIn;
    });
  }

  /** Whose login waits for a second factor; null where none does. */
  findPendingUser(pendingToken: string): Promise<string | null> {
    const hash = sha256(pendingToken);
    const now = this.clock.now();
    return this.database.system(
      async (transaction) => (await this.repository.findPendingLogin(transaction, hash, now))?.id ?? null,
    );
  }

  /**
   * By a passkey alone, or as the second half of a login.
   *
   * @param loginToken of the cookie with which the challenge was asked for
   * @throws Problem 401; 403 where they may log in by the single sign-on of an organization alone
   */
  async loginByPasskey(assertion: Assertion, loginToken: string, deviceToken: string | undefined): Promise<SignedIn> {
    const hash = sha256(loginToken);
    const pendingUserId = await this.findPendingUser(loginToken);
    const userId = await this.passkeys.authenticate(assertion, 'login', hash);
    if (pendingUserId && pendingUserId !== userId) throw passkeyRefused();
    return this.database.system(async (transaction) => {
      await this.repository.deletePendingLogin(transaction, hash);
      const user = await this.repository.findUser(transaction, userId);
      await this.singleSignOn.refuseWhereEnforced(transaction, user.email, userId);
      return this.signIn(transaction, user, deviceToken, { secondFactorAt: this.clock.now() });
    });
  }

  /**
   * The first half of a login, which is all of it where the account has no second factor. Requires a system transaction.
   *
   * @param by the provider that showed who they are; absent where it was their password
   * @throws Problem 403 where they may log in by the single sign-on of an organization alone
   */
  async beginLogin(
    transaction: Transaction,
    user: KnownUser,
    deviceToken: string | undefined,
    by?: string,
  ): Promise<SignedIn | HalfSignedIn> {
    await this.singleSignOn.refuseWhereEnforced(transaction, user.email, user.id);
    const methods = secondFactorsOf(await this.secondFactors.findFactors(transaction, user.id));
    if (methods.length === 0) return this.signIn(transaction, user, deviceToken, { by });
    return this.askSecondFactor(transaction, user.id, methods);
  }

  private async askSecondFactor(
    transaction: Transaction,
    userId: string,
    methods: HalfSignedIn['methods'],
  ): Promise<HalfSignedIn> {
    const pendingToken = randomToken();
    const expiresAt = new Date(this.clock.now().getTime() + PENDING_MS);
    const tokenHash = sha256(pendingToken);
    await this.repository.createPendingLogin(transaction, { tokenHash, userId, expiresAt });
    return { pendingToken, methods };
  }

  /**
   * By the single sign-on of an organization, which they enter, and whose provider asks for as many factors as it wants. Its word does
   * not open other organizations: a member of one is asked for their own second factor, if they have any. Requires a system transaction.
   */
  async logInBySingleSignOn(
    transaction: Transaction,
    user: KnownUser,
    deviceToken: string | undefined,
    tenantId: string,
  ): Promise<SignedIn | HalfSignedIn> {
    const memberships = await this.repository.listMemberships(transaction, user.id);
    if (memberships.some((other) => other !== tenantId)) {
      const methods = secondFactorsOf(await this.secondFactors.findFactors(transaction, user.id));
      if (methods.length > 0) return this.askSecondFactor(transaction, user.id, methods);
    }
    return this.signIn(transaction, user, deviceToken, { tenantId, by: 'single_sign_on' });
  }

  private async notifyOwner(email: string): Promise<void> {
    await this.database.system(async (transaction) => {
      const user = await this.repository.findUserByEmail(transaction, email);
      const tenantId = user && (await this.repository.findFirstTenant(transaction, user.id));
      if (tenantId)
        await this.notifications.emailOne(transaction, tenantId, user.id, { template: 'address_taken', values: {} });
    });
  }

  /** Except at the first login of a new account, whose every device is new. */
  private async tellOfDevice(transaction: Transaction, tenantId: string | null, { id, createdAt }: KnownUser) {
    const now = this.clock.now();
    const isNew = now.getTime() - createdAt.getTime() < DAY_MS;
    if (isNew && (await this.repository.countSessions(transaction, id)) === 0) return;
    const request = currentRequest();
    const values = {
      at: now.toISOString(),
      ...readDeviceName(request?.userAgent ?? null),
      network: request?.network ?? null,
    };
    await this.notifications.emailOne(transaction, tenantId, id, { template: 'new_device', values });
  }

  private async signIn(
    transaction: Transaction,
    user: KnownUser,
    deviceToken: string | undefined,
    { secondFactorAt, by, ...entering }: HowSignedIn,
  ): Promise<SignedIn> {
    const secret = this.config.KINDRED_SECRET;
    const tenantId = entering.tenantId ?? (await this.repository.findFirstTenant(transaction, user.id));
    const change = by ? { after: { by } } : {};
    await audit(transaction, tenantId, 'user.signed_in', user.id, change, { kind: 'user', id: user.id });
    const isKnown = deviceToken !== undefined && readDevice(secret, user.id, deviceToken) !== null;
    if (!isKnown) await this.tellOfDevice(transaction, tenantId, user);
    const token = await this.sessions.open(transaction, user.id, tenantId, secondFactorAt ?? null);
    return { token, deviceToken: newDevice(secret, user.id, deviceToken) };
  }

  private async findPending(transaction: Transaction, hash: Uint8Array<ArrayBuffer>): Promise<KnownUser> {
    const user = await this.repository.findPendingLogin(transaction, hash, this.clock.now());
    if (!user) throw loginExpired();
    return user;
  }
}
