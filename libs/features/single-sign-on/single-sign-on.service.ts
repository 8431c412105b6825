import { Inject, Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config, secretsOf } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isUniqueViolation } from '../../platform/database/errors.js';
import { checkIssuer, type OpenIdClient } from '../../platform/openid/openid.js';
import { randomBase62 } from '../../platform/secrets/secrets.js';
import { openClientSecret, sealClientSecret } from './client-secret.js';
import { findRecord, recordName, recordValue } from './domain-record.js';
import {
  domainNotFound,
  domainTaken,
  isEnforced,
  noSingleSignOn,
  notSet,
  notTested,
  noVerifiedDomain,
  recordMissing,
  secretMissing,
  singleSignOnRequired,
  tooManyDomains,
} from './single-sign-on.errors.js';
import { type ConnectionRow, type DomainRow, SingleSignOnRepository } from './single-sign-on.repository.js';
import type {
  AddDomain,
  Connection,
  DomainAnswer,
  Enforce,
  SetConnection,
  SingleSignOn,
} from './single-sign-on.schema.js';

/** An organization's provider as a log-in needs it. */
export interface SingleSignOnProvider {
  tenantId: string;
  client: OpenIdClient;
  defaultRole: ConnectionRow['defaultRole'];
}

/** By which provider an organization's people log in, which domains are its own, and whether they must. */
@Injectable()
export class SingleSignOnService {
  constructor(
    private readonly database: Database,
    private readonly repository: SingleSignOnRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  get(tenantId: string): Promise<SingleSignOn> {
    return this.database.tenant(tenantId, (transaction) => this.read(transaction, tenantId));
  }

  /**
   * Another issuer or client is to be tested anew.
   *
   * @throws Problem 502 where the issuer does not answer, 409 while it is enforced, 400 where the secret is missing
   */
  async set(tenantId: string, { clientSecret, ...body }: SetConnection): Promise<SingleSignOn> {
    await checkIssuer({ ...this.clientOf(tenantId, body), clientSecret: clientSecret ?? 'unknown' });
    return this.change(tenantId, async (transaction) => {
      const before = await this.repository.find(transaction, tenantId);
      const isSame = before?.issuer === body.issuer && before.clientId === body.clientId && !clientSecret;
      if (before?.enforcedAt && !isSame) throw isEnforced();
      if (!clientSecret && !isSame) throw secretMissing();
      const after: ConnectionRow = {
        ...body,
        tenantId,
        clientSecret: clientSecret
          ? sealClientSecret(this.config.KINDRED_SECRET, tenantId, clientSecret)
          : before!.clientSecret,
        testedAt: isSame ? before.testedAt : null,
        enforcedAt: before?.enforcedAt ?? null,
      };
      await this.repository.save(transaction, after);
      // That another secret was set shows by the test that is wanted.
      const change = { before: before && toConnection(before), after: toConnection(after) };
      await audit(transaction, tenantId, 'single_sign_on.updated', tenantId, change);
    });
  }

  /** @throws Problem 409 while it is enforced */
  async remove(tenantId: string): Promise<void> {
    await this.change(tenantId, async (transaction) => {
      const before = await this.repository.find(transaction, tenantId);
      if (!before) return;
      if (before.enforcedAt) throw isEnforced();
      await this.repository.delete(transaction, tenantId);
      await audit(transaction, tenantId, 'single_sign_on.removed', tenantId, { before: toConnection(before) });
    });
  }

  /** @throws Problem 409 where it was never tested, or no domain is verified */
  enforce(tenantId: string, { isEnforced: wanted }: Enforce): Promise<SingleSignOn> {
    return this.change(tenantId, async (transaction) => {
      const before = await this.require(transaction, tenantId);
      if (Boolean(before.enforcedAt) === wanted) return;
      if (wanted && !before.testedAt) throw notTested();
      const domains = await this.repository.listDomains(transaction, tenantId);
      if (wanted && !domains.some(({ verifiedAt }) => verifiedAt)) throw noVerifiedDomain();
      const after = { ...before, enforcedAt: wanted ? this.clock.now() : null };
      await this.repository.save(transaction, after);
      const action = wanted ? 'single_sign_on.enforced' : 'single_sign_on.enforcement_ended';
      const change = { before: toConnection(before), after: toConnection(after) };
      await audit(transaction, tenantId, action, tenantId, change);
    });
  }

  async addDomain(tenantId: string, { domain }: AddDomain): Promise<DomainAnswer> {
    const row = { domain, token: randomBase62(24), verifiedAt: null, missingSince: null };
    const { most } = BOUNDS.domainsOfOrganization;
    return this.database.tenant(tenantId, async (transaction) => {
      await this.repository.lock(transaction, tenantId);
      const domains = await this.repository.listDomains(transaction, tenantId);
      const known = domains.find((one) => one.domain === domain);
      if (known) return toDomain(known);
      if (domains.length >= most) throw tooManyDomains(most);
      await this.repository.addDomain(transaction, tenantId, domain, row.token);
      await audit(transaction, tenantId, 'single_sign_on.domain_added', tenantId, { after: { domain } });
      return toDomain(row);
    });
  }

  /** @throws Problem 409 where DNS has no such record, or another organization has shown that the domain is its own */
  async verifyDomain(tenantId: string, domain: string): Promise<DomainAnswer> {
    const known = await this.database.tenant(tenantId, (transaction) =>
      this.requireDomain(transaction, tenantId, domain),
    );
    if (known.verifiedAt) return toDomain(known);
    const { token } = known;
    // Outside of any transaction: it may take seconds.
    if (!(await findRecord(domain, token, this.config.KINDRED_DNS_SERVERS)))
      throw recordMissing(recordName(domain), recordValue(token));
    const verifiedAt = this.clock.now();
    try {
      await this.database.tenant(tenantId, async (transaction) => {
        await this.repository.lock(transaction, tenantId);
        // Removed and added again meanwhile it has another record.
        const now = await this.requireDomain(transaction, tenantId, domain);
        if (now.token !== token) throw recordMissing(recordName(domain), recordValue(now.token));
        if (now.verifiedAt) return;
        await this.repository.setVerified(transaction, tenantId, domain, verifiedAt);
        await audit(transaction, tenantId, 'single_sign_on.domain_verified', tenantId, { after: { domain } });
      });
    } catch (error) {
      throw isUniqueViolation(error) ? domainTaken(domain) : error;
    }
    return toDomain({ ...known, verifiedAt });
  }

  async removeDomain(tenantId: string, domain: string): Promise<void> {
    await this.change(tenantId, async (transaction) => {
      const { verifiedAt } = await this.requireDomain(transaction, tenantId, domain);
      const connection = await this.repository.find(transaction, tenantId);
      const others = await this.repository.listDomains(transaction, tenantId);
      const isLast = verifiedAt && others.filter((one) => one.verifiedAt).length === 1;
      if (isLast && connection?.enforcedAt) throw isEnforced();
      await this.repository.deleteDomain(transaction, tenantId, domain);
      await audit(transaction, tenantId, 'single_sign_on.domain_removed', tenantId, { before: { domain } });
    });
  }

  /** The provider of who has an address of one of its verified domains. @throws Problem 404, the same for every reason */
  async findFor(email: string): Promise<SingleSignOnProvider> {
    const found = await this.database.system((transaction) =>
      this.repository.findByDomain(transaction, domainOf(email)),
    );
    if (!found) throw noSingleSignOn();
    return this.toProvider(found);
  }

  /** @throws Problem 409 where none is set */
  async provider(tenantId: string): Promise<SingleSignOnProvider> {
    return this.toProvider(await this.database.tenant(tenantId, (transaction) => this.require(transaction, tenantId)));
  }

  /** Whether the organization has shown that the address is of its own domains. Requires a system transaction. */
  async isOwnAddress(transaction: Transaction, tenantId: string, email: string): Promise<boolean> {
    return this.repository.isVerified(transaction, tenantId, domainOf(email));
  }

  /** Of who becomes a member without anybody saying as what; null where no provider is set. */
  async defaultRole(transaction: Transaction, tenantId: string): Promise<ConnectionRow['defaultRole'] | null> {
    return (await this.repository.find(transaction, tenantId))?.defaultRole ?? null;
  }

  /** That an owner came back from the provider, unless it was set otherwise meanwhile. @throws Problem 409 */
  async markTested({ tenantId, client }: SingleSignOnProvider, userId: string): Promise<void> {
    await this.change(tenantId, async (transaction) => {
      const before = await this.require(transaction, tenantId);
      if (before.issuer !== client.issuer || before.clientId !== client.clientId) throw notTested();
      const after = { ...before, testedAt: this.clock.now() };
      await this.repository.save(transaction, after);
      // The route that they come back to asks nobody who they are.
      const actor = { kind: 'user' as const, id: userId };
      await audit(transaction, tenantId, 'single_sign_on.tested', tenantId, { after: toConnection(after) }, actor);
    });
  }

  /**
   * Before a session is opened by anything but single sign-on. Owners of the organization that enforces it get in nevertheless, to
   * mend it when the provider is gone.
   *
   * @throws Problem 403 where the address may log in by single sign-on alone; requires a system transaction
   */
  async refuseWhereEnforced(transaction: Transaction, email: string, userId: string | null): Promise<void> {
    const connection = await this.repository.findByDomain(transaction, domainOf(email));
    if (!connection?.enforcedAt) return;
    if (userId && (await this.repository.isOwner(transaction, connection.tenantId, userId))) return;
    throw singleSignOnRequired();
  }

  private change(tenantId: string, work: (transaction: Transaction) => Promise<void>): Promise<SingleSignOn> {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.repository.lock(transaction, tenantId);
      await work(transaction);
      return this.read(transaction, tenantId);
    });
  }

  private async read(transaction: Transaction, tenantId: string): Promise<SingleSignOn> {
    const connection = await this.repository.find(transaction, tenantId);
    const domains = await this.repository.listDomains(transaction, tenantId);
    return {
      redirectUri: this.redirectUri(tenantId),
      connection: connection && toConnection(connection),
      domains: domains.map(toDomain),
    };
  }

  private async require(transaction: Transaction, tenantId: string): Promise<ConnectionRow> {
    const connection = await this.repository.find(transaction, tenantId);
    if (!connection) throw notSet();
    return connection;
  }

  private async requireDomain(transaction: Transaction, tenantId: string, domain: string): Promise<DomainRow> {
    const found = (await this.repository.listDomains(transaction, tenantId)).find((one) => one.domain === domain);
    if (!found) throw domainNotFound(domain);
    return found;
  }

  private toProvider(row: ConnectionRow): SingleSignOnProvider {
    const { tenantId, clientSecret, defaultRole } = row;
    const opened = openClientSecret(secretsOf(this.config), tenantId, clientSecret);
    return { tenantId, defaultRole, client: { ...this.clientOf(tenantId, row), clientSecret: opened } };
  }

  private clientOf(tenantId: string, { issuer, clientId }: { issuer: string; clientId: string }) {
    const { KINDRED_SINGLE_SIGN_ON_TO_PRIVATE_ADDRESSES: isPrivate, KINDRED_PROVIDER_SECONDS: timeoutSeconds } =
      this.config;
    return { issuer, clientId, isPrivate, timeoutSeconds, redirectUri: this.redirectUri(tenantId) };
  }

  /** One for each organization: what one provider sends back can never pass for another's. */
  private redirectUri(tenantId: string): string {
    return `${this.config.PUBLIC_URL}/v1/auth/single-sign-on/${tenantId}/callback`;
  }
}

export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}

function toConnection({ issuer, clientId, defaultRole, testedAt, enforcedAt }: ConnectionRow): Connection {
  return {
    issuer,
    clientId,
    defaultRole,
    testedAt: testedAt?.toISOString() ?? null,
    enforcedAt: enforcedAt?.toISOString() ?? null,
  };
}

function toDomain({ domain, token, verifiedAt, missingSince }: DomainRow): DomainAnswer {
  return {
    domain,
    record: { name: recordName(domain), type: 'TXT', value: recordValue(token) },
    verifiedAt: verifiedAt?.toISOString() ?? null,
    missingSince: missingSince?.toISOString() ?? null,
  };
}
