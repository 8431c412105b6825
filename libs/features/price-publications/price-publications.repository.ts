import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { pageArguments, type PageQuery } from '../../platform/http/page.js';

export type PricePublicationRow = Prisma.PricePublicationGetPayload<object>;

/** All calls require a system transaction. */
@Injectable()
export class PricePublicationsRepository {
  /** Who publishes waits for who does so before them. */
  async lock(transaction: Transaction): Promise<void> {
    await transaction.$queryRaw`SELECT FROM pg_advisory_xact_lock(hashtext('price_publications'))`;
  }

  create(transaction: Transaction, data: Prisma.PricePublicationUncheckedCreateInput): Promise<PricePublicationRow> {
    return transaction.pricePublication.create({ data });
  }

  find(transaction: Transaction, id: string): Promise<PricePublicationRow | null> {
    return transaction.pricePublication.findUnique({ where: { id } });
  }

  /** Newest first, one more than the page holds. */
  list(transaction: Transaction, page: PageQuery): Promise<PricePublicationRow[]> {
    return transaction.pricePublication.findMany(pageArguments(page));
  }

  /** One of the plan in the currency that waits for its confirmation, or is to come. */
  findUnderWay(
    transaction: Transaction,
    { planKey, currency }: Pick<PricePublicationRow, 'planKey' | 'currency'>,
    now: Date,
  ): Promise<PricePublicationRow | null> {
    return transaction.pricePublication.findFirst({
      where: {
        planKey,
        currency,
        OR: [
          { status: 'proposed', expiresAt: { gt: now } },
          { status: 'published', validFrom: { gt: now } },
        ],
      },
    });
  }

  decide(
    transaction: Transaction,
    id: string,
    data: Pick<Prisma.PricePublicationUncheckedUpdateInput, 'status' | 'decidedBy' | 'decidedAt'> &
      Partial<Prisma.PricePublicationUncheckedUpdateInput>,
  ): Promise<PricePublicationRow> {
    return transaction.pricePublication.update({ where: { id }, data });
  }

  withdraw(
    transaction: Transaction,
    id: string,
    data: { withdrawnBy: string; withdrawnAt: Date },
  ): Promise<PricePublicationRow> {
    return transaction.pricePublication.update({ where: { id }, data: { status: 'withdrawn', ...data } });
  }

  countOtherOperators(transaction: Transaction, userId: string): Promise<number> {
    return transaction.user.count({ where: { isOperator: true, id: { not: userId } } });
  }

  async findPeople(transaction: Transaction, ids: string[]): Promise<Map<string, string>> {
    const people = await transaction.user.findMany({ where: { id: { in: ids } }, select: { id: true, email: true } });
    return new Map(people.map(({ id, email }) => [id, email]));
  }
}
