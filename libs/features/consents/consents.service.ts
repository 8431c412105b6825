import { Inject, Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { documentChanged } from './consents.errors.js';
import { ConsentsRepository } from './consents.repository.js';
import type { Accept, Consents, LegalQuery } from './consents.schema.js';
import { CONSENT_DOCUMENTS, type LegalDocument, type LegalName, readLegalDocuments } from './legal-documents.js';

/** The installation's legal texts, and which versions of them a person has agreed to. */
@Injectable()
export class ConsentsService {
  private readonly documents: ReturnType<typeof readLegalDocuments>;

  constructor(
    private readonly database: Database,
    private readonly repository: ConsentsRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.documents = readLegalDocuments(config.KINDRED_LEGAL_DIR ?? null, config.KINDRED_SUB_PROCESSORS);
  }

  /** @throws Problem 404 */
  find(name: string, { language }: LegalQuery): LegalDocument {
    if (!Object.hasOwn(this.documents, name)) throw notFound('legal document', name);
    return this.documents[name as LegalName][language];
  }

  list({ userId }: UserPrincipal): Promise<Consents> {
    return this.database.system((transaction) => this.listIn(transaction, userId));
  }

  /** Again changes nothing. @throws Problem 409 where the text has a newer version */
  async accept({ userId, tenantId }: UserPrincipal, { document, version }: Accept): Promise<Consents> {
    if (this.versionOf(document) !== version) throw documentChanged();
    return this.database.system(async (transaction) => {
      const consent = { userId, document, version, acceptedAt: this.clock.now() };
      if (await this.repository.add(transaction, consent))
        await audit(transaction, tenantId, 'user.consented', userId, { after: { document, version } });
      return this.listIn(transaction, userId);
    });
  }

  /** Of whoever signs up, in the transaction that does. */
  async acceptAll(transaction: Transaction, userId: string): Promise<void> {
    const acceptedAt = this.clock.now();
    for (const document of CONSENT_DOCUMENTS)
      await this.repository.add(transaction, { userId, document, version: this.versionOf(document), acceptedAt });
  }

  private async listIn(transaction: Transaction, userId: string): Promise<Consents> {
    const given = await this.repository.list(transaction, userId);
    const data = CONSENT_DOCUMENTS.map((document) => {
      const version = this.versionOf(document);
      const found = given.find((each) => each.document === document && each.version === version);
      return { document, version, acceptedAt: found?.acceptedAt.toISOString() ?? null };
    });
    return { data };
  }

  private versionOf(document: LegalName): string {
    return this.documents[document].en.version;
  }
}
