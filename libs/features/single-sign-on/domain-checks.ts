import { Inject, Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { NotificationsService } from '../notifications/index.js';
import { findRecord, recordName } from './domain-record.js';
import { type DueDomain, SingleSignOnRepository } from './single-sign-on.repository.js';

const DAY_MS = 86_400_000;
/** How long a record may be missing before the domain counts no more. */
const GRACE_MS = 7 * DAY_MS;

/** Looks once a day whether verified domains still are their organizations': whoever gives one up must not decide how its next owner logs in. */
@Injectable()
export class DomainChecks extends RepeatedWork {
  protected readonly everyMs = 3_600_000;

  constructor(
    private readonly database: Database,
    private readonly repository: SingleSignOnRepository,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - DAY_MS);
    const due = await this.database.system((transaction) => this.repository.findDueDomains(transaction, before));
    // One that cannot be checked keeps no other waiting.
    for (const domain of due)
      await this.check(domain).catch((error: Error) =>
        this.logger.error({ msg: `domain ${domain.domain} could not be checked`, err: error }),
      );
  }

  private async check(due: DueDomain): Promise<void> {
    const { tenantId, domain, token } = due;
    // Outside of any transaction: it may take seconds.
    const isThere = await findRecord(domain, token, this.config.KINDRED_DNS_SERVERS);
    // A DNS that is away says nothing: the next turn asks again.
    if (isThere === null) return;
    const now = this.clock.now();
    await this.database.tenant(tenantId, async (transaction) => {
      await this.repository.lock(transaction, tenantId);
      // Another worker, or an owner, may have come first.
      if (!(await this.repository.isStillDue(transaction, due))) return;
      if (isThere) return this.repository.setChecked(transaction, due, { checkedAt: now, missingSince: null });
      const missingSince = due.missingSince ?? now;
      const endsAt = new Date(missingSince.getTime() + GRACE_MS);
      const values = { domain, record: recordName(domain), endsAt: endsAt.toISOString() };
      if (endsAt <= now) {
        await this.end(transaction, due);
        await this.notifications.emailOwners(transaction, tenantId, { template: 'domain_lapsed', values });
      } else {
        await this.repository.setChecked(transaction, due, { checkedAt: now, missingSince });
        if (!due.missingSince)
          await this.notifications.emailOwners(transaction, tenantId, { template: 'domain_missing', values });
      }
    });
  }

  /** It is as if it had never been verified; with the last one nobody has to log in by the provider. */
  private async end(transaction: Transaction, { tenantId, domain }: DueDomain): Promise<void> {
    await this.repository.setVerified(transaction, tenantId, domain, null);
    await audit(transaction, tenantId, 'single_sign_on.domain_lapsed', tenantId, { before: { domain } });
    const connection = await this.repository.find(transaction, tenantId);
    const domains = await this.repository.listDomains(transaction, tenantId);
    if (!connection?.enforcedAt || domains.some(({ verifiedAt }) => verifiedAt)) return;
    await this.repository.save(transaction, { ...connection, enforcedAt: null });
    await audit(transaction, tenantId, 'single_sign_on.enforcement_ended', tenantId);
  }
}
