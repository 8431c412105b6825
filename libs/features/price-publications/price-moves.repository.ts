import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';

/** A subscriber who has not gone on with a published price yet, and is to. */
export interface PendingMove {
  tenantId: string;
  publicationId: string;
  priceVersionId: string;
  movesAt: Date;
  toldAt: Date;
  remindedAt: Date | null;
  anchorAt: Date;
  /** Null of who does not pay through Stripe. */
  stripeSubscriptionId: string | null;
  /** What they go on with, and when, as far as that is arranged at Stripe: this price, or another plan. */
  nextPriceVersionId: string | null;
  nextAt: Date | null;
}

/** Of published prices that subscribers go on with, those who have an older one of the same plan; `price` is the published, `present` theirs. */
const SUBSCRIBERS = Prisma.sql`
  price_publications publication
  JOIN price_versions price ON price.id = publication.price_version_id
  JOIN price_versions present ON present.plan_key = price.plan_key AND present.currency = price.currency AND present.version < price.version
  JOIN subscriptions subscription ON subscription.price_version_id = present.id AND subscription.status <> 'cancelled'
  JOIN organizations organization ON organization.id = subscription.tenant_id AND organization.deleted_at IS NULL`;

const MOVE = Prisma.sql`
  move.tenant_id AS "tenantId", publication.id AS "publicationId", price.id AS "priceVersionId", move.moves_at AS "movesAt", move.told_at AS "toldAt",
  move.reminded_at AS "remindedAt", subscription.anchor_at AS "anchorAt", stripe_subscription_id AS "stripeSubscriptionId",
  next_price_version_id AS "nextPriceVersionId", next_at AS "nextAt"
  FROM ${SUBSCRIBERS} JOIN price_moves move ON move.tenant_id = subscription.tenant_id AND move.publication_id = publication.id
  WHERE publication.status = 'published'`;

@Injectable()
export class PriceMovesRepository {
  /** Those who are to go on with a price and were not told yet. Requires a system transaction. */
  listUntold(
    transaction: Transaction,
    limit: number,
  ): Promise<{ tenantId: string; publicationId: string; movesAt: Date; priceVersionId: string }[]> {
    return transaction.$queryRaw`
      SELECT subscription.tenant_id AS "tenantId", publication.id AS "publicationId", moves_at AS "movesAt", price.id AS "priceVersionId"
      FROM ${SUBSCRIBERS}
      WHERE publication.status = 'published' AND moves_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM price_moves WHERE price_moves.tenant_id = subscription.tenant_id AND publication_id = publication.id)
      LIMIT ${limit}`;
  }

  /**
   * Those for whom there is something to do, longest first. Who has something else next, another plan or Free, keeps that; and where the price itself
   * is next at Stripe, it comes by itself. Requires a system transaction.
   */
  listDue(transaction: Transaction, now: Date, limit: number): Promise<PendingMove[]> {
    return transaction.$queryRaw`
      SELECT ${MOVE} AND move.due_at <= ${now}::timestamptz AND next_price_version_id IS NULL ORDER BY move.due_at LIMIT ${limit}`;
  }

  /** The first that is to come of the tenant, if any. */
  async findPending(transaction: Transaction, tenantId: string): Promise<PendingMove | null> {
    const [row] = await transaction.$queryRaw<PendingMove[]>`
      SELECT ${MOVE} AND move.tenant_id = ${tenantId}::uuid ORDER BY move.moves_at LIMIT 1`;
    return row ?? null;
  }

  /** Who waits at Stripe for a price that was withdrawn meanwhile. Requires a system transaction. */
  listWaitingForWithdrawn(transaction: Transaction, limit: number): Promise<{ tenantId: string }[]> {
    return transaction.$queryRaw`
      SELECT subscription.tenant_id AS "tenantId" FROM ${SUBSCRIBERS}
      WHERE publication.status = 'withdrawn' AND next_price_version_id = price.id AND stripe_subscription_id IS NOT NULL LIMIT ${limit}`;
  }

  /** Who was told of a price that was withdrawn, and does not know. Requires a system transaction. */
  listToCallOff(transaction: Transaction, limit: number): Promise<{ tenantId: string; publicationId: string }[]> {
    return transaction.$queryRaw`
      SELECT move.tenant_id AS "tenantId", publication.id AS "publicationId"
      FROM ${SUBSCRIBERS} JOIN price_moves move ON move.tenant_id = subscription.tenant_id AND move.publication_id = publication.id
      WHERE publication.status = 'withdrawn' AND called_off_at IS NULL LIMIT ${limit}`;
  }

  /** False where somebody else has written it down. */
  async create(
    transaction: Transaction,
    move: { tenantId: string; publicationId: string; movesAt: Date; toldAt: Date; dueAt: Date },
  ): Promise<boolean> {
    return (await transaction.priceMove.createMany({ data: [move], skipDuplicates: true })).count > 0;
  }

  /** False where somebody else has written it down. */
  async remind(
    transaction: Transaction,
    { tenantId, publicationId }: Pick<PendingMove, 'tenantId' | 'publicationId'>,
    data: { remindedAt: Date; dueAt: Date },
  ): Promise<boolean> {
    const where = { tenantId, publicationId, remindedAt: null };
    return (await transaction.priceMove.updateMany({ where, data })).count > 0;
  }

  async setDue(
    transaction: Transaction,
    { tenantId, publicationId }: Pick<PendingMove, 'tenantId' | 'publicationId'>,
    dueAt: Date,
  ): Promise<void> {
    await transaction.priceMove.updateMany({ where: { tenantId, publicationId }, data: { dueAt } });
  }

  /** False where somebody else has written it down. */
  async callOff(transaction: Transaction, tenantId: string, publicationId: string, now: Date): Promise<boolean> {
    const where = { tenantId, publicationId, calledOffAt: null };
    return (await transaction.priceMove.updateMany({ where, data: { calledOffAt: now } })).count > 0;
  }
}
