import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { TokenBuckets } from '../../platform/throttle/token-buckets.js';
import {
  beingDeleted,
  BillingRepository,
  CheckoutService,
  findCard,
  hasOpenDispute,
  requireMinor,
  withoutCard,
} from '../billing/index.js';
import {
  chargeDisputed,
  monthlyMaxTooLow,
  otherCurrencyThanCheckout,
  otherCurrencyThanOrganization,
  purchaseRefused,
  purchaseUnderWay,
} from './credit-grants.errors.js';
import { type CreditGrantRow, CreditGrantsRepository } from './credit-grants.repository.js';
import type { BuyCredits, CreditPurchase, PutTopUp } from './credit-grants.schema.js';
import { CreditPurchases } from './credit-purchases.service.js';

/** What a customer does to have credits: buys them, or has them bought. */
/** Each makes a dozen calls to Stripe, which answers only so many to all organizations together. */
const callsOf = (tenantId: string) => ({
  key: `credit-purchase/organization/${tenantId}`,
  burst: 30,
  perSecond: 1 / 10,
});

@Injectable()
export class CreditTopUpsService {
  constructor(
    private readonly database: Database,
    private readonly repository: CreditGrantsRepository,
    private readonly billing: BillingRepository,
    private readonly checkout: CheckoutService,
    private readonly purchases: CreditPurchases,
    private readonly stripe: Stripe,
    private readonly buckets: TokenBuckets,
  ) {}

  /**
   * Charges the card on file, or says where to pay. What was bought before and is not paid is gone on with where it is the same, and given up where not.
   *
   * @throws Problem 400 in another currency; 409 where the organization is being deleted, another purchase is under way, or Stripe refuses
   */
  async buy({ tenantId, userId }: UserPrincipal, { amount, currency }: BuyCredits): Promise<CreditPurchase> {
    const amountMinor = requireMinor(amount, currency);
    await this.buckets.take(callsOf(tenantId));
    const before = await this.database.tenant(tenantId, async (transaction) => {
      await this.requireCurrency(transaction, tenantId, currency);
      return this.repository.findUnpaid(transaction);
    });
    const isSame = before?.amountMinor === amountMinor && !before.isAutomatic;
    if (before && !isSame) await this.purchases.giveUp(before);
    await this.checkout.requireCustomer(tenantId);
    const row = isSame
      ? before!
      : await this.database.tenant(tenantId, async (transaction) => {
          await this.billing.lockSubscription(transaction, tenantId);
          if (await this.repository.findUnpaid(transaction)) throw purchaseUnderWay();
          await this.requireCurrency(transaction, tenantId, currency);
          await this.billing.fixCurrency(transaction, tenantId);
          return this.purchases.order(transaction, tenantId, { currency, amountMinor, createdBy: userId });
        });
    return this.carryOn(row);
  }

  private async carryOn(row: CreditGrantRow): Promise<CreditPurchase> {
    const { id, tenantId } = row;
    const outcome = await this.purchases.carryOn(row).catch(async (error: unknown) => {
      if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
      return this.purchases.giveUp(row);
    });
    if (outcome === 'declined') throw purchaseRefused();
    if (outcome === 'granted') return { id, status: 'paid', payUrl: null };
    const { payUrl } = (await this.database.tenant(tenantId, (transaction) => this.repository.find(transaction, id)))!;
    return { id, status: 'to_be_paid', payUrl };
  }

  /** @throws Problem 400; 409 where no card is on file, or a bank has still to decide on a charge */
  async put(tenantId: string, { currency, threshold, amount, monthlyMax }: PutTopUp): Promise<void> {
    const topUp = {
      tenantId,
      currency,
      thresholdMinor: requireMinor(threshold, currency, 'threshold'),
      amountMinor: requireMinor(amount, currency),
      monthlyMaxMinor: requireMinor(monthlyMax, currency, 'monthlyMax'),
      stoppedAt: null,
    };
    if (topUp.monthlyMaxMinor < topUp.amountMinor) throw monthlyMaxTooLow();
    await this.buckets.take(callsOf(tenantId));
    const { stripeCustomerId, before } = await this.database.tenant(tenantId, async (transaction) => {
      await this.requireCurrency(transaction, tenantId, currency);
      const organization = await this.billing.findOrganization(transaction, tenantId);
      return { ...organization, before: await this.repository.findTopUp(transaction, tenantId) };
    });
    const customer = stripeCustomerId ? await this.stripe.customers.retrieve(stripeCustomerId) : null;
    if (!customer || customer.deleted || !(await findCard(this.stripe, customer))) throw withoutCard();
    if (await hasOpenDispute(this.stripe, customer.id)) throw chargeDisputed();
    await this.database.tenant(tenantId, async (transaction) => {
      await this.billing.lockSubscription(transaction, tenantId);
      await this.requireCurrency(transaction, tenantId, currency);
      await this.billing.fixCurrency(transaction, tenantId);
      // A dispute that came after Stripe was asked has stopped it.
      const now = await this.repository.findTopUp(transaction, tenantId);
      if (now?.stoppedAt && now.stoppedAt.getTime() !== before?.stoppedAt?.getTime()) throw chargeDisputed();
      await this.repository.putTopUp(transaction, topUp);
      const after = { currency, threshold, amount, monthlyMax };
      await audit(transaction, tenantId, 'credit_top_up.put', tenantId, { after });
    });
  }

  /** Buys nothing by itself any more. */
  async delete(tenantId: string): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      if (await this.repository.deleteTopUp(transaction, tenantId))
        await audit(transaction, tenantId, 'credit_top_up.deleted', tenantId);
    });
  }

  private async requireCurrency(transaction: Transaction, tenantId: string, currency: string): Promise<void> {
    const { fixedCurrency, priceVersion } = await this.billing.findSubscription(transaction, tenantId);
    const own = fixedCurrency ?? priceVersion.currency;
    if (currency !== own && fixedCurrency && (await this.billing.mayChooseCurrency(transaction, tenantId)))
      throw otherCurrencyThanCheckout(currency, own);
    if (currency !== own) throw otherCurrencyThanOrganization(currency, own);
    if ((await this.billing.findOrganization(transaction, tenantId)).isEnding) throw beingDeleted();
  }
}
