import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../../platform/access/principal.js';
import { requirePermission } from '../../../platform/access/principal.js';
import { Clock } from '../../../platform/clock/clock.js';
import { Database, type Transaction } from '../../../platform/database/database.js';
import { isUniqueViolation } from '../../../platform/database/errors.js';
import { notFound } from '../../../platform/errors/problem.js';
import { emailSchema } from '../../../platform/http/email.js';
import { newId, parseId } from '../../../platform/http/ids.js';
import { authorizationUrl, type Person, readPerson } from '../../../platform/openid/openid.js';
import { ConsentsService } from '../../consents/index.js';
import { OrganizationService } from '../../organizations/index.js';
import { SignUpsService } from '../../sign-ups/index.js';
import { type SingleSignOnProvider, SingleSignOnService } from '../../single-sign-on/index.js';
import { AccountAudit } from '../account-audit.js';
import { lastWayIn, notAuthenticated } from '../auth.errors.js';
import { AuthRepository } from '../auth.repository.js';
import { AuthService, type HalfSignedIn, type SignedIn } from '../auth.service.js';
import { deviceNameOf } from '../device-token.js';
import { hasWayIn, SecondFactorsRepository } from '../second-factors.repository.js';
import { Throttle } from '../throttle.js';
import {
  accountExists,
  addressUnverified,
  identityTaken,
  otherDomain,
  takenOut,
  visitExpired,
} from './identities.errors.js';
import { type AnyProvider, IdentitiesRepository, type Visit } from './identities.repository.js';
import type { Connect, Identities, StartLogIn, StartSingleSignOn } from './identities.schema.js';
import { ProviderVisits } from './provider-visits.js';
import { GOOGLE_ISSUER, Providers } from './providers.js';
import { VouchedAccounts } from './vouched-accounts.js';

/** Who comes back from a provider, their address in its one spelling. */
type KnownPerson = Person & { provider: AnyProvider; email: string };

/** What the browser is told that comes back: where it goes, and the session, if one was opened or waits for a second factor. */
export interface Finished {
  returnTo: string;
  signedIn?: SignedIn | HalfSignedIn;
}

/** What a browser comes back with. */
export interface Return {
  token: string | undefined;
  search: URLSearchParams;
  address: string;
  /** What an earlier login left in the browser. */
  deviceToken: string | undefined;
  /** Of the session that the browser has, acting in the organization that is named, if any. */
  findCaller(organizationId?: string): Promise<UserPrincipal | null>;
}

/** Pages to which people come back, also where something went wrong. */
const PAGES = { log_in: '/login', connect: '/account/security', test: '/organization/single-sign-on' } as const;

/** A person at providers: how they log in by one, which of them are connected with their account, and by which an organization's people log in. */
@Injectable()
export class IdentitiesService {
  constructor(
    private readonly database: Database,
    private readonly repository: IdentitiesRepository,
    private readonly accounts: AuthRepository,
    private readonly auth: AuthService,
    private readonly accountAudit: AccountAudit,
    private readonly consents: ConsentsService,
    private readonly organizations: OrganizationService,
    private readonly providers: Providers,
    private readonly secondFactors: SecondFactorsRepository,
    private readonly signUps: SignUpsService,
    private readonly singleSignOn: SingleSignOnService,
    private readonly throttle: Throttle,
    private readonly visits: ProviderVisits,
    private readonly vouched: VouchedAccounts,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 404 for a provider that is not set, 502 where it does not answer */
  async startLogIn(provider: string, body: StartLogIn, address: string) {
    const known = this.providers.require(provider);
    await this.throttle.admitVisitor(address);
    return this.visits.begin({ provider: known, purpose: 'log_in', tenantId: null, userId: null, ...body }, (proofs) =>
      this.providers.authorizationUrl(known, proofs),
    );
  }

  /** @throws Problem 404, the same for every address that no organization logs in with; 502 */
  async startSingleSignOn({ email, ...body }: StartSingleSignOn, address: string) {
    await this.throttle.admitVisitor(address);
    const { tenantId, client } = await this.singleSignOn.findFor(email);
    return this.visits.begin(
      { provider: 'single_sign_on', purpose: 'log_in', tenantId, userId: null, ...body },
      (proofs) => authorizationUrl(client, proofs, email),
    );
  }

  async startConnect({ userId, language }: UserPrincipal, { provider }: Connect, address: string) {
    const known = this.providers.require(provider);
    await this.throttle.admitVisitor(address);
    return this.visits.begin(
      { provider: known, purpose: 'connect', tenantId: null, userId, returnTo: PAGES.connect, language },
      (proofs) => this.providers.authorizationUrl(known, proofs),
    );
  }

  /** @throws Problem 409 where no provider is set */
  async startTest({ userId, tenantId, language, email }: UserPrincipal, address: string) {
    await this.throttle.admitVisitor(address);
    const { client } = await this.singleSignOn.provider(tenantId);
    return this.visits.begin(
      { provider: 'single_sign_on', purpose: 'test', tenantId, userId, returnTo: PAGES.test, language },
      (proofs) => authorizationUrl(client, proofs, email),
    );
  }

  /** @throws Problem where nobody is let in, whose code the page shows that {@link pageOf} names */
  async finishProvider(provider: string, back: Return, onVisit: (visit: Visit) => void): Promise<Finished> {
    const known = this.providers.require(provider);
    const visit = await this.visits.end(back.token, back.search, { provider: known, tenantId: null });
    onVisit(visit);
    const person = toKnown(known, await this.providers.readPerson(known, visit.proofs, back.search));
    if (visit.purpose === 'connect') return this.connect(visit, person, await back.findCaller());
    if (await this.isNew(person)) await this.throttle.admitSignup(person.email, back.address);
    const signedIn = await this.once((transaction) => this.logIn(transaction, visit, person, back));
    return { returnTo: visit.returnTo, signedIn };
  }

  /** As {@link finishProvider}, by the provider of an organization. */
  async finishSingleSignOn(tenantId: string, back: Return, onVisit: (visit: Visit) => void): Promise<Finished> {
    const id = parseId('organization', tenantId);
    const visit = await this.visits.end(back.token, back.search, { provider: 'single_sign_on', tenantId: id });
    onVisit(visit);
    const provider = await this.singleSignOn.provider(id);
    const person = toKnown('single_sign_on', await readPerson(provider.client, visit.proofs, back.search));
    if (visit.purpose === 'test') {
      const caller = await back.findCaller(id);
      if (caller?.userId !== visit.userId || caller.tenantId !== id) throw visitExpired();
      requirePermission(caller, 'organization:write');
      await this.singleSignOn.markTested(provider, caller.userId);
      return { returnTo: `${visit.returnTo}?done=tested` };
    }
    const signedIn = await this.once((transaction) =>
      this.logInMember(transaction, visit, provider, person, back.deviceToken),
    );
    return { returnTo: visit.returnTo, signedIn };
  }

  /** Where the browser goes that comes back with nothing. */
  pageOf(purpose: Visit['purpose'] | undefined): string {
    return PAGES[purpose ?? 'log_in'];
  }

  async list({ userId }: UserPrincipal): Promise<Identities> {
    return this.database.system(async (transaction) => ({
      hasPassword: await this.repository.hasPassword(transaction, userId),
      identities: (await this.repository.list(transaction, userId)).map(
        ({ id, provider, email, createdAt, lastUsedAt }) => ({
          id,
          provider,
          email,
          createdAt: createdAt.toISOString(),
          lastUsedAt: lastUsedAt?.toISOString() ?? null,
        }),
      ),
    }));
  }

  /** @throws Problem 409 where they could not log in any more */
  async disconnect({ userId }: UserPrincipal, identityId: string): Promise<void> {
    const id = parseId('identity', identityId);
    await this.database.system(async (transaction) => {
      // Of two that are disconnected at once one is the last.
      await this.accounts.lockUser(transaction, userId);
      const identities = await this.repository.list(transaction, userId);
      const identity = identities.find((one) => one.id === id);
      if (!identity) throw notFound('identity', identityId);
      await this.repository.delete(transaction, id);
      if (!hasWayIn(await this.secondFactors.findFactors(transaction, userId))) throw lastWayIn();
      const { provider, email } = identity;
      const change = { before: { provider }, personal: { email } };
      await this.accountAudit.write(transaction, userId, 'identity_disconnected', change);
    });
  }

  private async connect(visit: Visit, person: KnownPerson, caller: UserPrincipal | null): Promise<Finished> {
    // It is the session that began it, and still goes on.
    if (!caller || caller.userId !== visit.userId) throw notAuthenticated();
    const { userId } = caller;
    await this.once(async (transaction) => {
      const known = await this.repository.find(transaction, keyOf(person));
      if (known && known.user.id !== userId) throw identityTaken();
      if (known) return;
      await this.link(transaction, userId, person, null);
      const change = { after: { provider: person.provider }, personal: { email: person.email } };
      await this.accountAudit.write(transaction, userId, 'identity_connected', change);
    });
    return { returnTo: `${visit.returnTo}?done=connected` };
  }

  /** Whether they are about to get an account. Asked apart, as whoever throttles needs a connection of their own. */
  private isNew(person: KnownPerson): Promise<boolean> {
    return this.database.system(async (transaction) => {
      if (person.isEmailVerified !== true || (await this.repository.find(transaction, keyOf(person)))) return false;
      return !(await this.repository.findAccount(transaction, person.email));
    });
  }

  /** By what the operator has set. The address of a person makes an account, and never finds one. */
  private async logIn(
    transaction: Transaction,
    { language }: Visit,
    person: KnownPerson,
    { address, deviceToken }: Return,
  ): Promise<SignedIn | HalfSignedIn> {
    const { provider, email } = person;
    const known = await this.repository.find(transaction, keyOf(person));
    if (known) {
      await this.repository.touch(transaction, known.id, email, this.clock.now());
      return this.logInAs(transaction, known.user.id, deviceToken, provider);
    }
    if (person.isEmailVerified !== true) throw addressUnverified();
    await this.singleSignOn.refuseWhereEnforced(transaction, email, null);
    if (await this.repository.findAccount(transaction, email)) throw accountExists();
    const userId = await this.createAccount(transaction, person, language);
    const organization = { id: newId(), name: email.slice(0, email.lastIndexOf('@')) };
    await this.organizations.create(transaction, organization, userId);
    const signedIn = await this.logInAs(transaction, userId, deviceToken, provider);
    const device = deviceToken ? deviceNameOf(deviceToken) : null;
    await this.signUps.record(transaction, { tenantId: organization.id, userId, email, address, device });
    return signedIn;
  }

  private async logInAs(
    transaction: Transaction,
    userId: string,
    deviceToken: string | undefined,
    provider: AnyProvider,
  ): Promise<SignedIn | HalfSignedIn> {
    return this.auth.beginLogin(transaction, await this.accounts.findUser(transaction, userId), deviceToken, provider);
  }

  /** By an organization's provider, whose word counts for addresses of its verified domains alone. */
  private async logInMember(
    transaction: Transaction,
    { language }: Visit,
    { tenantId, defaultRole, client }: SingleSignOnProvider,
    person: KnownPerson,
    deviceToken: string | undefined,
  ): Promise<SignedIn | HalfSignedIn> {
    const { provider, email } = person;
    if (person.isEmailVerified === false) throw addressUnverified();
    // Google vouches for every address that its owner once had, unless it is of a domain that Google serves.
    const isGoogles = client.issuer.replace(/\/$/, '') === GOOGLE_ISSUER;
    if (isGoogles && !(person.hostedDomain && email.endsWith(`@${person.hostedDomain}`))) throw otherDomain();
    const requireOwn = async (address: string) => {
      if (!(await this.singleSignOn.isOwnAddress(transaction, tenantId, address))) throw otherDomain();
    };
    await requireOwn(email);
    const known = await this.repository.find(transaction, keyOf(person));
    // Whose account has another address by now is no longer the organization's to vouch for.
    if (known) await requireOwn(known.user.email);
    if (known?.user.isOperator) throw accountExists();
    const account = known?.user ?? (await this.vouched.find(transaction, email));
    if (known) await this.repository.touch(transaction, known.id, email, this.clock.now());
    const userId = account?.id ?? (await this.createAccount(transaction, person, language));
    const isMember = (await this.accounts.listMemberships(transaction, userId)).includes(tenantId);
    if (!isMember) {
      if (await this.repository.isInDirectory(transaction, tenantId, userId)) throw takenOut();
      const actor = { kind: 'user' as const, id: userId };
      await this.vouched.join(transaction, { tenantId, userId, role: defaultRole }, actor);
    }
    if (account && !known) {
      await this.link(transaction, userId, person, this.clock.now());
      const change = { after: { provider }, personal: { email } };
      await this.accountAudit.write(transaction, userId, 'identity_connected', change);
    }
    const user = await this.accounts.findUser(transaction, userId);
    return this.auth.logInBySingleSignOn(transaction, user, deviceToken, tenantId);
  }

  private async createAccount(transaction: Transaction, person: KnownPerson, language: 'en' | 'zh'): Promise<string> {
    const userId = await this.vouched.create(transaction, person.email, language);
    await this.consents.acceptAll(transaction, userId);
    await this.link(transaction, userId, person, this.clock.now());
    return userId;
  }

  private async link(transaction: Transaction, userId: string, person: KnownPerson, lastUsedAt: Date | null) {
    const { email } = person;
    await this.repository.create(transaction, { ...keyOf(person), id: newId(), userId, email, lastUsedAt });
  }

  /** In a system transaction; of two first log-ins of one person that come at once the second finds what the first made. */
  private async once<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    try {
      return await this.database.system(work);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return this.database.system(work);
    }
  }
}

/** @throws Problem 403 for one without an address */
function toKnown(provider: AnyProvider, person: Person): KnownPerson {
  const email = emailSchema.safeParse(person.email);
  if (!email.success) throw addressUnverified();
  return { ...person, provider, email: email.data };
}

function keyOf({ provider, issuer, subject }: KnownPerson) {
  return { provider, issuer, subject };
}
