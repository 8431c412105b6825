import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Database } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { Throttle } from '../auth/index.js';
import { BillingService } from '../billing/index.js';
import { type MessageRow, SupportMessagesRepository } from './support-messages.repository.js';
import type { ListSupportMessagesQuery, SendSupportMessage, SupportMessage } from './support-messages.schema.js';

/** What customers write to the operator from the dashboard. */
@Injectable()
export class SupportMessagesService {
  constructor(
    private readonly database: Database,
    private readonly repository: SupportMessagesRepository,
    private readonly throttle: Throttle,
    private readonly billing: BillingService,
  ) {}

  /** @throws Problem 429 where the organization has written too many */
  async send({ tenantId, userId }: UserPrincipal, { text, page }: SendSupportMessage): Promise<{ id: string }> {
    await this.throttle.admitMessage(tenantId);
    const id = newId();
    await this.database.tenant(tenantId, async (transaction) => {
      await this.repository.create(transaction, { tenantId, id, userId, text, page });
      // What was written stands in its row, and goes with that.
      await audit(transaction, tenantId, 'support_message.sent', id);
    });
    return { id };
  }

  /** Next to what each organization pays: the total of its own upcoming invoice. */
  async list(query: ListSupportMessagesQuery) {
    const rows = await this.database.system((transaction) => this.repository.list(transaction, query));
    const { data, nextCursor } = toPage(rows, query);
    const revenues = new Map<string, Revenue>();
    const messages: SupportMessage[] = [];
    for (const row of data) {
      const revenue = revenues.get(row.tenantId) ?? (await this.revenueOf(row.tenantId));
      revenues.set(row.tenantId, revenue);
      messages.push({ ...toMessage(row), ...revenue });
    }
    return { data: messages, nextCursor };
  }

  /** @throws Problem 404 where there is none */
  async mark(messageId: string, isDone: boolean): Promise<SupportMessage> {
    const id = parseId('message', messageId);
    const marked = await this.database.system(async (transaction) => {
      const row = await this.repository.find(transaction, id);
      if (!row) throw notFound('message', messageId);
      await this.repository.mark(transaction, row, isDone);
      const change = { before: { isDone: row.isDone }, after: { isDone } };
      await audit(transaction, row.tenantId, 'support_message.marked', id, change);
      return { ...row, isDone };
    });
    return { ...toMessage(marked), ...(await this.revenueOf(marked.tenantId)) };
  }

  private async revenueOf(tenantId: string): Promise<Revenue> {
    const { plan, currency, total } = await this.billing.upcomingInvoice(tenantId);
    return { plan: plan.name, currency, upcomingTotal: total };
  }
}

type Revenue = Pick<SupportMessage, 'plan' | 'currency' | 'upcomingTotal'>;

function toMessage({ id, organization, user, text, page, isDone, createdAt }: MessageRow) {
  return { id, organization, email: user?.email ?? null, text, page, isDone, createdAt: createdAt.toISOString() };
}
