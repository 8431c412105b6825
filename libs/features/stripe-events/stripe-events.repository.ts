import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { NIL_ID } from '../../platform/http/ids.js';
import { pageArguments } from '../../platform/http/page.js';
import { type Claim, LEASE_END, type LeasedTable } from '../../platform/queue/leased-rows.js';
import type { IgnoredReason, ListStripeEventsQuery } from './stripe-events.schema.js';

export const STRIPE_EVENTS: LeasedTable = {
  name: 'stripe_events',
  lock: 0x73747265,
  isOpen: 'effect IS NULL',
  onClaim: 'tries = tries + 1',
  due: 'next_attempt_at',
};

/** At most $1, the longest due first. */
export const NEXT_STRIPE_EVENTS = `
  SELECT tenant_id, id FROM stripe_events WHERE effect IS NULL AND lease_expires_at IS NULL AND next_attempt_at <= now()
  ORDER BY next_attempt_at LIMIT $1`;

export interface NewStripeEvent {
  tenantId: string;
  id: string;
  eventId: string;
  type: string;
  createdAt: Date;
  receivedAt: Date;
  customerId: string | null;
  invoiceId: string | null;
  /** What the customer is to be told of Stripe's own invoice. */
  telling: object | null;
  /** Where it is ignored from the start. */
  reason: IgnoredReason | null;
}

export interface ClaimedStripeEvent
  extends Claim, Pick<NewStripeEvent, 'eventId' | 'type' | 'customerId' | 'invoiceId' | 'telling'> {
  /** This one included. */
  tries: number;
}

export interface Outcome {
  effect: 'changed' | 'unchanged' | 'ignored';
  reason: IgnoredReason | null;
  /** Whose it is, as far as is known by now. */
  tenantId: string;
}

export type StripeEventRow = Prisma.StripeEventGetPayload<object> & { organizationName: string | null };

const CLAIMED = Prisma.sql`tenant_id AS "tenantId", id, attempt, event_id AS "eventId", type, customer_id AS "customerId",
  invoice_id AS "invoiceId", telling, tries`;

/** Events are above organizations: each method requires a system transaction. */
@Injectable()
export class StripeEventsRepository {
  /**
   * Keeps an event, once.
   *
   * @param isTaken whether the caller follows it now, as a worker would that had claimed it
   * @returns null where it was here already, or is ignored
   */
  async keep(transaction: Transaction, event: NewStripeEvent, isTaken: boolean): Promise<ClaimedStripeEvent | null> {
    const { tenantId, id, eventId, type, createdAt, receivedAt, customerId, invoiceId, telling, reason } = event;
    const taken = isTaken && !reason;
    const [claimed] = await transaction.$queryRaw<ClaimedStripeEvent[]>`
      INSERT INTO stripe_events (tenant_id, id, event_id, type, created_at, received_at, customer_id, invoice_id, telling, effect, reason, followed_at,
        attempt, tries, lease_expires_at)
      VALUES (${tenantId}::uuid, ${id}::uuid, ${eventId}, ${type}, ${createdAt}, ${receivedAt}, ${customerId}, ${invoiceId},
        ${telling && JSON.stringify(telling)}::jsonb, ${reason && 'ignored'}::stripe_event_effect, ${reason}, ${reason && receivedAt},
        ${taken ? 1 : 0}, ${taken ? 1 : 0}, CASE WHEN ${taken} THEN ${Prisma.raw(LEASE_END)} END)
      ON CONFLICT (event_id) DO NOTHING RETURNING ${CLAIMED}`;
    return claimed && taken ? claimed : null;
  }

  async readClaimed(transaction: Transaction, claims: Claim[]): Promise<ClaimedStripeEvent[]> {
    return transaction.$queryRaw`SELECT ${CLAIMED} FROM stripe_events WHERE (tenant_id, id) IN (
      SELECT * FROM unnest(${claims.map(({ tenantId }) => tenantId)}::uuid[], ${claims.map(({ id }) => id)}::uuid[]))`;
  }

  /** Takes one that nobody has, whatever came of it before; null where somebody has it. */
  async take(transaction: Transaction, id: string): Promise<ClaimedStripeEvent | null> {
    const [claimed] = await transaction.$queryRaw<ClaimedStripeEvent[]>`
      UPDATE stripe_events SET effect = NULL, reason = NULL, followed_at = NULL, attempt = attempt + 1, tries = 1,
        lease_expires_at = ${Prisma.raw(LEASE_END)}
      WHERE id = ${id}::uuid AND lease_expires_at IS NULL RETURNING ${CLAIMED}`;
    return claimed ?? null;
  }

  /** Unless another has claimed it since. */
  async end(
    transaction: Transaction,
    { id, attempt }: ClaimedStripeEvent,
    { effect, reason, tenantId }: Outcome,
    at: Date,
  ): Promise<void> {
    await transaction.$executeRaw`
      UPDATE stripe_events SET effect = ${effect}::stripe_event_effect, reason = ${reason}, tenant_id = ${tenantId}::uuid, followed_at = ${at},
        error = NULL, lease_expires_at = NULL
      WHERE id = ${id}::uuid AND attempt = ${attempt} AND effect IS NULL`;
  }

  async setError(transaction: Transaction, { id, attempt }: ClaimedStripeEvent, error: string): Promise<void> {
    await transaction.stripeEvent.updateMany({ where: { id, attempt, effect: null }, data: { error } });
  }

  /** The newest received first. */
  async list(
    transaction: Transaction,
    { status, type, search, ...page }: ListStripeEventsQuery,
  ): Promise<StripeEventRow[]> {
    const { where, ...order } = pageArguments(page);
    const rows = await transaction.stripeEvent.findMany({
      ...order,
      where: {
        ...where,
        ...(status && ofStatus(status)),
        ...(type && { type }),
        ...(search && { OR: [{ eventId: search }, { customerId: search }, { invoiceId: search }] }),
      },
    });
    return this.withNames(transaction, rows);
  }

  async find(transaction: Transaction, id: string): Promise<StripeEventRow | null> {
    const rows = await transaction.stripeEvent.findMany({ where: { id } });
    return (await this.withNames(transaction, rows))[0] ?? null;
  }

  private async withNames(
    transaction: Transaction,
    rows: Prisma.StripeEventGetPayload<object>[],
  ): Promise<StripeEventRow[]> {
    const ids = [...new Set(rows.map(({ tenantId }) => tenantId))].filter((id) => id !== NIL_ID);
    const found = await transaction.organization.findMany({
      where: { id: { in: ids } },
      select: { id: true, name: true },
    });
    const names = new Map(found.map(({ id, name }) => [id, name]));
    return rows.map((row) => ({ ...row, organizationName: names.get(row.tenantId) ?? null }));
  }
}

function ofStatus(status: NonNullable<ListStripeEventsQuery['status']>): Prisma.StripeEventWhereInput {
  switch (status) {
    case 'waiting':
      return { effect: null, error: null };
    case 'failing':
      return { effect: null, error: { not: null } };
    case 'followed':
      return { effect: { in: ['changed', 'unchanged'] } };
    case 'ignored':
      return { effect: 'ignored' };
  }
}
