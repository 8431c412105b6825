import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { permissionsOf } from '../../platform/access/permissions.js';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isUniqueViolation } from '../../platform/database/errors.js';
import { newId } from '../../platform/http/ids.js';
import { randomToken, sha256 } from '../../platform/secrets/secrets.js';
import { BillingService } from '../billing/index.js';
import { emailTaken, wrongCredentials } from './auth.errors.js';
import { AuthRepository } from './auth.repository.js';
import type { Login, Signup } from './auth.schema.js';

/** OWASP's argon2id floor: 19 MiB, two passes, one lane (the library's default variant is argon2id). */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const SESSION_DAYS = 30;

/** Compared when no account has the email, so that the answer takes as long as for one that does. */
const absentAccountHash = hash(randomToken(), ARGON2);

@Injectable()
export class AuthService {
  constructor(
    private readonly database: Database,
    private readonly repository: AuthRepository,
    private readonly billing: BillingService,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes the person, their organization on the Free plan, and a session.
   *
   * @returns the session token
   */
  async signup({ email, password, organizationName }: Signup): Promise<string> {
    const user = { id: newId(), email, passwordHash: await hash(password, ARGON2) };
    const organization = { id: newId(), name: organizationName };
    try {
      return await this.database.system(async (transaction) => {
        await this.repository.createUser(transaction, user);
        await this.repository.createOrganization(transaction, organization, user.id);
        await this.billing.subscribeToFree(transaction, organization.id);
        return this.openSession(transaction, user.id, organization.id);
      });
    } catch (error) {
      throw isUniqueViolation(error) ? emailTaken() : error;
    }
  }

  /** @returns the session token, new at each login */
  async login({ email, password }: Login): Promise<string> {
    const user = await this.database.system((transaction) => this.repository.findUserByEmail(transaction, email));
    const isRight = await verify(user?.passwordHash ?? (await absentAccountHash), password);
    if (!user || !isRight) throw wrongCredentials();
    return this.database.system(async (transaction) =>
      this.openSession(transaction, user.id, await this.repository.findFirstTenant(transaction, user.id)),
    );
  }

  async logout(token: string): Promise<void> {
    await this.database.system((transaction) => this.repository.deleteSession(transaction, sha256(token)));
  }

  /** Whose session it is, with what they may do now; null for one that has ended. */
  async findPrincipal(token: string): Promise<UserPrincipal | null> {
    const session = await this.database.system((transaction) =>
      this.repository.findSession(transaction, sha256(token), this.clock.now()),
    );
    if (!session) return null;
    const { isOperator, ...person } = session;
    return { kind: 'user', ...person, permissions: permissionsOf(person.role, isOperator) };
  }

  private async openSession(transaction: Transaction, userId: string, tenantId: string | null) {
    const token = randomToken();
    const expiresAt = new Date(this.clock.now().getTime() + SESSION_DAYS * 86_400_000);
    await this.repository.createSession(transaction, { tokenHash: sha256(token), userId, tenantId, expiresAt });
    return token;
  }
}
