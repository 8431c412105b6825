import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { idSchema } from '../../platform/http/ids.js';
import { pageArguments } from '../../platform/http/page.js';
import type { ListSupportMessagesQuery } from './support-messages.schema.js';

const WITH_SENDER = {
  organization: { select: { id: true, name: true } },
  user: { select: { email: true } },
} satisfies Prisma.SupportMessageInclude;

export type MessageRow = Prisma.SupportMessageGetPayload<{ include: typeof WITH_SENDER }>;

@Injectable()
export class SupportMessagesRepository {
  async create(transaction: Transaction, row: Prisma.SupportMessageUncheckedCreateInput): Promise<void> {
    await transaction.supportMessage.create({ data: row });
  }

  /** Newest first, a row more than the page holds; requires a system transaction. */
  list(transaction: Transaction, { state, search, ...page }: ListSupportMessagesQuery): Promise<MessageRow[]> {
    const { where, ...order } = pageArguments(page);
    const organization = idSchema.safeParse(search).success
      ? { tenantId: search }
      : { organization: { name: { contains: search, mode: 'insensitive' as const } } };
    return transaction.supportMessage.findMany({
      ...order,
      where: { ...where, isDone: state === 'done', ...(search && organization) },
      include: WITH_SENDER,
    });
  }

  /** Null where there is none; requires a system transaction. */
  find(transaction: Transaction, id: string): Promise<MessageRow | null> {
    return transaction.supportMessage.findFirst({ where: { id }, include: WITH_SENDER });
  }

  /** Requires a system transaction. */
  async mark(transaction: Transaction, { tenantId, id }: MessageRow, isDone: boolean): Promise<void> {
    await transaction.supportMessage.updateMany({ where: { tenantId, id }, data: { isDone } });
  }
}
