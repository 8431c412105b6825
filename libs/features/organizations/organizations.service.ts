import { Injectable } from '@nestjs/common';
import { audit, currentActor } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { BillingService } from '../billing/index.js';
import { LimitsService } from '../limits/index.js';
import { OrganizationsRepository, type OrganizationRow } from './organizations.repository.js';
import type { ListOrganizationsQuery, OrganizationAccount, OrganizationSummary } from './organizations.schema.js';

@Injectable()
export class OrganizationsService {
  constructor(
    private readonly database: Database,
    private readonly repository: OrganizationsRepository,
    private readonly billing: BillingService,
    private readonly limits: LimitsService,
    private readonly clock: Clock,
  ) {}

  /** Usage and revenue are those of each organization's own upcoming invoice, so the operator and the customer see one sum. */
  async list(query: ListOrganizationsQuery) {
    const now = this.clock.now();
    const rows = await this.database.system((transaction) => this.repository.list(transaction, query, now));
    const { data, nextCursor } = toPage(rows, query);
    const summaries: OrganizationSummary[] = [];
    for (const row of data) summaries.push(await this.summarise(row));
    return { data: summaries, nextCursor };
  }

  /** @throws Problem 404 where there is none, or it was deleted */
  async get(organizationId: string): Promise<OrganizationAccount> {
    const id = parseId('organization', organizationId);
    const contents = await this.database.system(async (transaction) => {
      const found = await this.repository.findContents(transaction, id);
      if (!found) throw notFound('organization', organizationId);
      // What an operator sees of a customer, the customer can see.
      await audit(transaction, id, 'organization.opened', id, {}, currentActor(null));
      return found;
    });
    const [upcomingInvoice, limits] = await Promise.all([this.billing.upcomingInvoice(id), this.limits.overview(id)]);
    return { ...contents, upcomingInvoice, limits };
  }

  private async summarise(row: OrganizationRow): Promise<OrganizationSummary> {
    const { id, name, createdAt, isSuspended, members, ownerEmail, lastActivityAt, requests } = row;
    const invoice = await this.billing.upcomingInvoice(id);
    return {
      id,
      name,
      createdAt: createdAt.toISOString(),
      isSuspended,
      members,
      ownerEmail,
      lastActivityAt: lastActivityAt?.toISOString() ?? null,
      plan: invoice.plan.name,
      status: invoice.status,
      currency: invoice.currency,
      usage: invoice.lines.flatMap(({ meter, quantity }) => (meter ? [{ meter, quantity }] : [])),
      requests,
      upcomingTotal: invoice.total,
    };
  }
}
