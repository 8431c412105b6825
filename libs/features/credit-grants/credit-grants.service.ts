import { Inject, Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { aloneLeft, BillingRepository, BillingService, PROPOSAL_MS, requireMinor, toMain } from '../billing/index.js';
import {
  expiresTooEarly,
  grantDecided,
  grantProposalExpired,
  otherCurrencyThanCheckout,
  otherCurrencyThanOrganization,
  ownGrantProposal,
} from './credit-grants.errors.js';
import { type CreditGrantRow, CreditGrantsRepository, leftOf } from './credit-grants.repository.js';
import type {
  CreditBalance,
  CreditGrantView,
  GrantCredits,
  OrganizationCreditBalance,
  OrganizationCreditGrant,
} from './credit-grants.schema.js';

/** What an organization has of prepaid credits, and what operators give: small amounts by one, all else by two. */
@Injectable()
export class CreditGrantsService {
  constructor(
    private readonly database: Database,
    private readonly repository: CreditGrantsRepository,
    private readonly billing: BillingService,
    private readonly billingRepository: BillingRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'KINDRED_CREDIT_ALONE_MAX'>,
  ) {}

  balance(tenantId: string): Promise<CreditBalance> {
    return this.database.tenant(tenantId, (transaction) => this.readBalance(transaction, tenantId));
  }

  /** Those that count, or did. */
  list(tenantId: string, query: PageQuery): Promise<{ data: CreditGrantView[]; nextCursor: string | null }> {
    return this.database.tenant(tenantId, async (transaction) => {
      const rows = await this.repository.list(transaction, query, false);
      const now = this.clock.now();
      return toPage(
        rows.map((row) => ({ ...toShared(row), status: standingOf(row, now) })),
        query,
      );
    });
  }

  /** As its own people see it, and what one operator may give. @throws Problem 404 */
  balanceOf(organizationId: string): Promise<OrganizationCreditBalance> {
    return this.inOrganization(organizationId, async (transaction, tenantId) => {
      const balance = await this.readBalance(transaction, tenantId);
      const alone = await this.aloneLeft(transaction, balance.currency);
      return { ...balance, aloneMax: toMain(alone, balance.currency) };
    });
  }

  /** Also those that were proposed, not paid or declined. @throws Problem 404 */
  async listOf(operator: UserPrincipal, organizationId: string, query: PageQuery) {
    const rows = await this.inOrganization(organizationId, (transaction) =>
      this.repository.list(transaction, query, true),
    );
    return toPage(await this.toOperatorViews(operator, rows), query);
  }

  /**
   * Takes effect at once where one operator may give so much alone; what was given alone this month counts too.
   *
   * @throws Problem 400 in another currency, or where it would have expired; 404
   */
  async grant(
    operator: UserPrincipal,
    organizationId: string,
    { amount, currency, expiresAt, reason }: GrantCredits,
  ): Promise<OrganizationCreditGrant> {
    const row = await this.inOrganization(organizationId, async (transaction, tenantId) => {
      // Who gives waits for who does so before them.
      await this.billingRepository.lockSubscription(transaction, tenantId);
      await this.requireCurrency(transaction, tenantId, currency);
      const now = this.clock.now();
      const expires = expiresAt === null ? null : new Date(expiresAt);
      if (expires && expires <= now) throw expiresTooEarly();
      const amountMinor = requireMinor(amount, currency);
      const needsSecond = amountMinor > (await this.aloneLeft(transaction, currency));
      const { userId } = operator;
      const made = await this.repository.create(transaction, {
        tenantId,
        id: newId(),
        kind: 'promotional',
        status: needsSecond ? 'proposed' : 'granted',
        currency,
        amountMinor,
        expiresAt: expires,
        reason,
        needsSecond,
        createdBy: userId,
        createdAt: now,
        ...(!needsSecond && { decidedBy: userId, decidedAt: now }),
      });
      const after = toAudited(made);
      if (needsSecond) await audit(transaction, tenantId, 'credit_grant.proposed', made.id, { after });
      else await this.tellGranted(transaction, made);
      return made;
    });
    return (await this.toOperatorViews(operator, [row]))[0]!;
  }

  /**
   * The second person's word, by which it takes effect.
   *
   * @throws Problem 400 in another currency than it pays in by now; 403 to who proposed it; 404; 409 where it is decided or has waited too long,
   * or a Checkout in another currency is open
   */
  confirm(operator: UserPrincipal, organizationId: string, id: string): Promise<OrganizationCreditGrant> {
    return this.decide(operator, organizationId, id, async (transaction, row, now) => {
      if (row.createdBy === operator.userId) throw ownGrantProposal();
      if (isLapsed(row, now) || (row.expiresAt && row.expiresAt <= now)) throw grantProposalExpired();
      // It may have fixed another one since the proposal.
      await this.requireCurrency(transaction, row.tenantId, row.currency);
      const decision = { status: 'granted', decidedBy: operator.userId, decidedAt: now } as const;
      await this.repository.decide(transaction, row.id, ['proposed'], decision);
      await this.tellGranted(transaction, row);
    });
  }

  /** By the second person, or by who proposed it and thinks otherwise now. */
  decline(operator: UserPrincipal, organizationId: string, id: string): Promise<OrganizationCreditGrant> {
    return this.decide(operator, organizationId, id, async (transaction, row, now) => {
      const decision = { status: 'declined', decidedBy: operator.userId, decidedAt: now } as const;
      await this.repository.decide(transaction, row.id, ['proposed'], decision);
      await audit(transaction, row.tenantId, 'credit_grant.declined', row.id, { before: toAudited(row) });
    });
  }

  private async decide(
    operator: UserPrincipal,
    organizationId: string,
    id: string,
    work: (transaction: Transaction, row: CreditGrantRow, now: Date) => Promise<void>,
  ): Promise<OrganizationCreditGrant> {
    const row = await this.inOrganization(organizationId, async (transaction, tenantId) => {
      // Who decides waits for who does so before them.
      await this.billingRepository.lockSubscription(transaction, tenantId);
      const found = await this.repository.find(transaction, parseId('credit grant', id));
      if (found?.kind !== 'promotional') throw notFound('credit grant', id);
      if (found.status !== 'proposed') throw grantDecided(found.status);
      await work(transaction, found, this.clock.now());
      return (await this.repository.find(transaction, id))!;
    });
    return (await this.toOperatorViews(operator, [row]))[0]!;
  }

  /** Credits are lost to whoever pays in another currency later, so that the choice is made with the first ones. */
  private async tellGranted(transaction: Transaction, row: CreditGrantRow): Promise<void> {
    await this.billingRepository.fixCurrency(transaction, row.tenantId);
    await audit(transaction, row.tenantId, 'credit_grant.granted', row.id, { after: toAudited(row) });
  }

  private async readBalance(transaction: Transaction, tenantId: string): Promise<CreditBalance> {
    const currency = await this.currencyOf(transaction, tenantId);
    const balance = await this.repository.balance(transaction, currency, this.clock.now());
    const unbilled = await this.billing.sumUnbilled(transaction, tenantId, currency);
    const owed = await this.repository.owed(transaction, currency);
    const unpaid = await this.repository.findUnpaid(transaction);
    const topUp = await this.repository.findTopUp(transaction, tenantId);
    return {
      currency,
      balance: toMain(balance, currency),
      unbilled: toMain(unbilled, currency),
      owed: toMain(owed, currency),
      available: toMain(balance - unbilled - owed, currency),
      unpaid: unpaid && {
        id: unpaid.id,
        amount: toMain(unpaid.amountMinor, unpaid.currency),
        isAutomatic: unpaid.isAutomatic,
        payUrl: unpaid.payUrl,
      },
      topUp: topUp && {
        threshold: toMain(topUp.thresholdMinor, topUp.currency),
        amount: toMain(topUp.amountMinor, topUp.currency),
        monthlyMax: toMain(topUp.monthlyMaxMinor, topUp.currency),
        stoppedAt: topUp.stoppedAt?.toISOString() ?? null,
      },
    };
  }

  private async currencyOf(transaction: Transaction, tenantId: string): Promise<string> {
    const { fixedCurrency, priceVersion } = await this.billingRepository.findSubscription(transaction, tenantId);
    return fixedCurrency ?? priceVersion.currency;
  }

  private async requireCurrency(transaction: Transaction, tenantId: string, currency: string): Promise<void> {
    const own = await this.currencyOf(transaction, tenantId);
    if (currency === own) return;
    const { fixedCurrency } = await this.billingRepository.findSubscription(transaction, tenantId);
    const mayChoose = fixedCurrency && (await this.billingRepository.mayChooseCurrency(transaction, tenantId));
    throw mayChoose ? otherCurrencyThanCheckout(currency, own) : otherCurrencyThanOrganization(currency, own);
  }

  private async aloneLeft(transaction: Transaction, currency: string): Promise<bigint> {
    const given = await this.repository.listGivenAlone(transaction, monthOf(this.clock.now()));
    return aloneLeft(this.config.KINDRED_CREDIT_ALONE_MAX, currency, given);
  }

  private inOrganization<T>(
    organizationId: string,
    work: (transaction: Transaction, tenantId: string) => Promise<T>,
  ): Promise<T> {
    const id = parseId('organization', organizationId);
    return this.database.tenant(id, async (transaction) => {
      if (!(await this.repository.hasOrganization(transaction, id))) throw notFound('organization', id);
      return work(transaction, id);
    });
  }

  private async toOperatorViews(operator: UserPrincipal, rows: CreditGrantRow[]): Promise<OrganizationCreditGrant[]> {
    const ids = rows.flatMap(({ createdBy }) => createdBy ?? []);
    const people = await this.database.system((transaction) => this.repository.findPeople(transaction, ids));
    const now = this.clock.now();
    return rows.map((row) => ({
      ...toShared(row),
      status: row.status === 'granted' ? standingOf(row, now) : isLapsed(row, now) ? 'lapsed' : row.status,
      createdBy: people.get(row.createdBy ?? '') ?? null,
      isYours: row.createdBy === operator.userId,
    }));
  }
}

/** The first moment of the calendar month (UTC). */
export function monthOf(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1));
}

export function toAudited({ kind, currency, amountMinor, expiresAt, reason, isAutomatic }: CreditGrantRow) {
  const amount = toMain(amountMinor, currency);
  return { kind, currency, amount, expiresAt: expiresAt?.toISOString() ?? null, reason, isAutomatic };
}

function isLapsed({ status, createdAt }: CreditGrantRow, now: Date): boolean {
  return status === 'proposed' && createdAt.getTime() + PROPOSAL_MS <= now.getTime();
}

function standingOf(row: CreditGrantRow, now: Date): CreditGrantView['status'] {
  if (leftOf(row) === 0n) return 'used_up';
  return row.expiresAt && row.expiresAt <= now ? 'expired' : 'active';
}

function toShared(row: CreditGrantRow) {
  const { id, kind, status, currency, amountMinor, takenBackMinor, expiresAt, reason, isAutomatic, createdAt } = row;
  return {
    id,
    kind,
    currency,
    amount: toMain(amountMinor, currency),
    takenBack: toMain(takenBackMinor, currency),
    left: toMain(status === 'granted' ? leftOf(row) : 0n, currency),
    expiresAt: expiresAt?.toISOString() ?? null,
    reason,
    isAutomatic,
    createdAt: createdAt.toISOString(),
  };
}
