import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';

export interface OrganizationRow {
  id: string;
  name: string;
  createdAt: Date;
  members: number;
}

@Injectable()
export class OrganizationsRepository {
  /** Every organization; wants a system transaction. */
  async list(transaction: Transaction, query: PageQuery): Promise<OrganizationRow[]> {
    const rows = await transaction.organization.findMany({
      ...pageArguments(query),
      include: { _count: { select: { memberships: true } } },
    });
    return rows.map(({ id, name, createdAt, _count }) => ({ id, name, createdAt, members: _count.memberships }));
  }
}
