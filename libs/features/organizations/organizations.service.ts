import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { BillingService } from '../billing/index.js';
import { OrganizationsRepository, type OrganizationRow } from './organizations.repository.js';
import type { OrganizationSummary } from './organizations.schema.js';

@Injectable()
export class OrganizationsService {
  constructor(
    private readonly database: Database,
    private readonly repository: OrganizationsRepository,
    private readonly billing: BillingService,
  ) {}

  /** Usage and revenue are those of each organization's own upcoming invoice, so the operator and the customer see one sum. */
  async list(query: PageQuery) {
    const rows = await this.database.system((transaction) => this.repository.list(transaction, query));
    const { data, nextCursor } = toPage(rows, query);
    const summaries: OrganizationSummary[] = [];
    for (const row of data) summaries.push(await this.summarise(row));
    return { data: summaries, nextCursor };
  }

  private async summarise({ id, name, createdAt, members }: OrganizationRow): Promise<OrganizationSummary> {
    const invoice = await this.billing.upcomingInvoice(id);
    return {
      id,
      name,
      createdAt: createdAt.toISOString(),
      members,
      plan: invoice.plan.name,
      status: invoice.status,
      currency: invoice.currency,
      usage: invoice.lines.flatMap(({ meter, quantity }) => (meter ? [{ meter, quantity }] : [])),
      upcomingTotal: invoice.total,
    };
  }
}
