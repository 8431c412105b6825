import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { toPage } from '../../platform/http/page.js';
import { toMain } from '../billing/index.js';
import { type CreditRefundRow, CreditRefundsRepository } from './credit-refunds.repository.js';
import type { CreditRefundView, ListCreditRefundsQuery } from './credit-refunds.schema.js';

/** What goes back to the cards of organizations that were deleted. */
@Injectable()
export class CreditRefundsService {
  constructor(
    private readonly database: Database,
    private readonly repository: CreditRefundsRepository,
  ) {}

  async list(query: ListCreditRefundsQuery): Promise<{ data: CreditRefundView[]; nextCursor: string | null }> {
    const rows = await this.database.system((transaction) => this.repository.list(transaction, query));
    return toPage(rows.map(toView), query);
  }
}

function toView({ id, tenantId, grant, amountMinor, ...row }: CreditRefundRow): CreditRefundView {
  const { currency, stripeInvoiceId } = grant;
  return {
    id,
    organizationId: tenantId,
    amount: toMain(amountMinor, currency),
    currency,
    orderedAt: row.orderedAt.toISOString(),
    status: row.doneAt ? 'done' : row.blockedReason ? 'blocked' : 'waiting',
    blockedReason: row.blockedReason,
    doneAt: row.doneAt?.toISOString() ?? null,
    stripeInvoiceId: stripeInvoiceId!,
    stripeCreditNoteId: row.stripeCreditNoteId,
  };
}
