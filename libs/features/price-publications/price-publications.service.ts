import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { FREE_PLAN } from '../../platform/database/price-list.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { BillingRepository, BillingService, toPlanView } from '../billing/index.js';
import { type PriceDraft, PriceSimulationsService, toPriceVersion } from '../price-simulations/index.js';
import { daysAfter, movingAt, TOLD_DAYS } from './moving-at.js';
import { PriceMovesRepository } from './price-moves.repository.js';
import {
  decidedAlready,
  doesNotReproduce,
  feeOfFree,
  movesTooSoon,
  ownProposal,
  planWithoutFee,
  proposalExpired,
  publicationUnderWay,
  tooLateToWithdraw,
  validInThePast,
} from './price-publications.errors.js';
import { type PricePublicationRow, PricePublicationsRepository } from './price-publications.repository.js';
import type {
  ListPricePublicationsQuery,
  PriceChange,
  PricePublicationView,
  ProposePrice,
  SimulationSummary,
} from './price-publications.schema.js';

const WAITS_DAYS = 7;

/** Prices for everybody: proposed by one operator, confirmed by another, and from then on a version that is never changed. */
@Injectable()
export class PricePublicationsService {
  constructor(
    private readonly database: Database,
    private readonly repository: PricePublicationsRepository,
    private readonly moves: PriceMovesRepository,
    private readonly simulations: PriceSimulationsService,
    private readonly billing: BillingService,
    private readonly prices: BillingRepository,
    private readonly clock: Clock,
  ) {}

  async list(operator: UserPrincipal, query: ListPricePublicationsQuery) {
    const rows = await this.database.system((transaction) => this.repository.list(transaction, query));
    return toPage(await this.toViews(operator, rows), query);
  }

  /**
   * @throws Problem 400 for dates that leave too little time, or a fee that the plan cannot have; 404; 409 while another of the plan waits or a
   * simulation is run, and where the draft's does not reproduce what was billed and that is not accepted
   */
  async propose(
    operator: UserPrincipal,
    { draft, acceptsDifference, ...dates }: ProposePrice,
  ): Promise<PricePublicationView> {
    const validFrom = dates.validFrom === null ? null : new Date(dates.validFrom);
    const movesAt = dates.movesAt === null ? null : new Date(dates.movesAt);
    const now = this.clock.now();
    if (validFrom && validFrom <= now) throw validInThePast();
    if (movesAt && (movesAt < daysAfter(now, TOLD_DAYS) || (validFrom && movesAt < validFrom))) throw movesTooSoon();
    requireFee(draft);
    const simulation = await this.simulations.run(draft);
    const { differing, reproduces } = simulation;
    if (!reproduces && !acceptsDifference) throw doesNotReproduce(differing.count);
    const row = await this.database.system(async (transaction) => {
      await this.repository.lock(transaction);
      const key = { planKey: draft.plan, currency: draft.currency };
      const underWay = await this.repository.findUnderWay(transaction, key, now);
      if (underWay) throw publicationUnderWay(underWay.id);
      const made = await this.repository.create(transaction, {
        id: newId(),
        ...key,
        draft,
        simulation: toSummary(simulation),
        validFrom,
        movesAt,
        proposedBy: operator.userId,
        proposedAt: now,
        expiresAt: daysAfter(now, WAITS_DAYS),
      });
      await audit(transaction, null, 'price_publication.proposed', made.id, { after: toAudited(made) });
      return made;
    });
    return this.toView(operator, row);
  }

  /**
   * @throws Problem 403 to who proposed it, unless there is no other operator; 404; 409 where it is decided, has waited too long, or its date leaves
   * too little time by now
   */
  confirm(operator: UserPrincipal, id: string): Promise<PricePublicationView> {
    return this.decide(operator, id, async (transaction, row, now) => {
      const isAlone = row.proposedBy === operator.userId;
      if (isAlone && (await this.repository.countOtherOperators(transaction, operator.userId)) > 0) throw ownProposal();
      if (row.expiresAt <= now || (row.movesAt && row.movesAt < daysAfter(now, TOLD_DAYS))) throw proposalExpired();
      const draft = row.draft as PriceDraft;
      const current = await this.billing.requirePrice(transaction, row.planKey, row.currency);
      const validFrom = row.validFrom && row.validFrom > now ? row.validFrom : now;
      const price = { ...toPriceVersion(draft, current), trialDays: current.trialDays };
      const published = await this.repository.decide(transaction, row.id, {
        status: 'published',
        decidedBy: operator.userId,
        decidedAt: now,
        isAlone,
        validFrom,
        priceVersionId: await this.prices.createPriceVersion(transaction, price, validFrom),
      });
      const { priceVersionId } = published;
      const after = { ...toAudited(published), priceVersionId, isAlone };
      await audit(transaction, null, 'price_publication.confirmed', row.id, { after });
      return published;
    });
  }

  /** By another operator, or by who proposed it and thinks otherwise now. @throws Problem 404, 409 */
  decline(operator: UserPrincipal, id: string): Promise<PricePublicationView> {
    return this.decide(operator, id, async (transaction, row, now) => {
      await audit(transaction, null, 'price_publication.declined', row.id, { before: toAudited(row) });
      const decided = { status: 'declined' as const, decidedBy: operator.userId, decidedAt: now };
      return this.repository.decide(transaction, row.id, decided);
    });
  }

  /** @throws Problem 404; 409 where it is not published, or it is too late */
  async withdraw(operator: UserPrincipal, id: string): Promise<PricePublicationView> {
    const row = await this.database.system(async (transaction) => {
      const found = await this.require(transaction, id);
      if (found.status !== 'published') throw decidedAlready(found.status);
      const now = this.clock.now();
      if (!isToBeWithdrawn(found, now)) throw tooLateToWithdraw();
      await this.prices.withdrawPriceVersion(transaction, found.priceVersionId!, now);
      await audit(transaction, null, 'price_publication.withdrawn', found.id, { before: toAudited(found) });
      return this.repository.withdraw(transaction, found.id, { withdrawnBy: operator.userId, withdrawnAt: now });
    });
    return this.toView(operator, row);
  }

  /** With which price the tenant's plan goes on, and when. */
  changeOf(tenantId: string): Promise<PriceChange> {
    return this.database.tenant(tenantId, async (transaction) => {
      const move = await this.moves.findPending(transaction, tenantId);
      const isLeaving = move?.nextPriceVersionId && move.nextPriceVersionId !== move.priceVersionId;
      if (!move || isLeaving) return { priceChange: null };
      const [price] = await this.prices.findPriceVersions(transaction, [move.priceVersionId]);
      const at = move.nextAt ?? movingAt(move, move.anchorAt, this.clock.now());
      return {
        priceChange: { at: at.toISOString(), toldAt: move.toldAt.toISOString(), plan: toPlanView(price!) },
      };
    });
  }

  private async decide(
    operator: UserPrincipal,
    id: string,
    work: (transaction: Transaction, row: PricePublicationRow, now: Date) => Promise<PricePublicationRow>,
  ): Promise<PricePublicationView> {
    const row = await this.database.system(async (transaction) => {
      const found = await this.require(transaction, id);
      if (found.status !== 'proposed') throw decidedAlready(found.status);
      return work(transaction, found, this.clock.now());
    });
    return this.toView(operator, row);
  }

  /** As the only one to decide. @throws Problem 404 */
  private async require(transaction: Transaction, id: string): Promise<PricePublicationRow> {
    await this.repository.lock(transaction);
    const row = await this.repository.find(transaction, parseId('price publication', id));
    if (!row) throw notFound('price publication', id);
    return row;
  }

  private async toView(operator: UserPrincipal, row: PricePublicationRow): Promise<PricePublicationView> {
    return (await this.toViews(operator, [row]))[0]!;
  }

  private async toViews(operator: UserPrincipal, rows: PricePublicationRow[]): Promise<PricePublicationView[]> {
    const people = rows.flatMap(({ proposedBy, decidedBy }) => [proposedBy, ...(decidedBy ? [decidedBy] : [])]);
    const { emails, others } = await this.database.system(async (transaction) => ({
      emails: await this.repository.findPeople(transaction, people),
      others: await this.repository.countOtherOperators(transaction, operator.userId),
    }));
    const now = this.clock.now();
    return rows.map((row) => {
      const { id, proposedBy, decidedBy } = row;
      const isYours = proposedBy === operator.userId;
      const isWaiting = row.status === 'proposed' && row.expiresAt > now;
      return {
        id,
        plan: row.planKey,
        currency: row.currency,
        status: row.status === 'proposed' && !isWaiting ? 'expired' : row.status,
        draft: row.draft as PriceDraft,
        simulation: row.simulation as SimulationSummary,
        validFrom: row.validFrom?.toISOString() ?? null,
        movesAt: row.movesAt?.toISOString() ?? null,
        proposedBy: emails.get(proposedBy) ?? '',
        isYours,
        mayConfirm: isWaiting && (!isYours || others === 0),
        mayWithdraw: row.status === 'published' && isToBeWithdrawn(row, now),
        proposedAt: row.proposedAt.toISOString(),
        expiresAt: row.expiresAt.toISOString(),
        decidedBy: decidedBy && (emails.get(decidedBy) ?? ''),
        decidedAt: row.decidedAt?.toISOString() ?? null,
        withdrawnAt: row.withdrawnAt?.toISOString() ?? null,
      };
    });
  }
}

/** So long before the first subscriber goes on with it, or where none does, before it is on offer. */
function isToBeWithdrawn({ movesAt, validFrom }: PricePublicationRow, now: Date): boolean {
  return movesAt ? daysAfter(now, 1) <= movesAt : now < validFrom!;
}

/** @throws Problem 400 */
function requireFee({ plan, monthlyFee, commitment }: PriceDraft): void {
  const isFree = Number(monthlyFee) === 0;
  if (plan === FREE_PLAN && !(isFree && Number(commitment) === 0)) throw feeOfFree();
  if (plan !== FREE_PLAN && isFree) throw planWithoutFee(plan);
}

function toSummary(simulation: SimulationSummary): SimulationSummary {
  const { organizations, periods, before, after, change, reproduces, winnersCount, losersCount } = simulation;
  return { organizations, periods, before, after, change, reproduces, winnersCount, losersCount };
}

function toAudited({ planKey: plan, currency, draft, validFrom, movesAt }: PricePublicationRow) {
  const { monthlyFee, commitment } = draft as PriceDraft;
  return { plan, currency, monthlyFee, commitment, validFrom, movesAt };
}
