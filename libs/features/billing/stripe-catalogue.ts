import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import type { PriceVersion } from './invoice-lines.js';

/** How Stripe knows the price of a price version. */
const lookupKeyOf = (priceVersionId: string) => `kindred-${priceVersionId}`;

/** A price version with a fee. */
export interface CataloguePrice {
  price: Pick<PriceVersion, 'id' | 'planKey' | 'planName' | 'currency' | 'monthlyFeeMinor'>;
  /** On offer, to come, or somebody's: all others are archived. */
  isInUse: boolean;
}

/** What Stripe lacks. */
export type CatalogueChange =
  | { kind: 'create_product' | 'rename_product' | 'activate_product'; id: string; name: string; was: string | null }
  | { kind: 'create_price'; price: CataloguePrice['price'] }
  | { kind: 'activate_price' | 'archive_price'; id: string; price: CataloguePrice['price'] };

/** Stripe's products and prices: a product for each plan with a fee, and a price for each of its versions. Usage is billed by our own invoices. */
@Injectable()
export class StripeCatalogue {
  constructor(private readonly stripe: Stripe) {}

  /**
   * Stripe's price of a price version, which can be bought.
   *
   * @throws Error where its lookup key is that of another amount
   */
  async findOrCreatePrice(price: CataloguePrice['price']): Promise<string> {
    const found = await this.find(price);
    if (!found) {
      const product = await this.findProduct(price.planKey);
      if (!product) await this.apply({ kind: 'create_product', ...productOf(price), was: null });
      return this.createPrice(price);
    }
    if (!found.active) await this.apply({ kind: 'activate_price', id: found.id, price });
    return found.id;
  }

  /** As {@link findOrCreatePrice}, making nothing: undefined where Stripe has none that can be bought. */
  async findPrice(price: CataloguePrice['price']): Promise<string | undefined> {
    const found = await this.find(price);
    return found?.active ? found.id : undefined;
  }

  private async find(price: CataloguePrice['price']): Promise<Stripe.Price | undefined> {
    const { data } = await this.stripe.prices.list({ lookup_keys: [lookupKeyOf(price.id)], limit: 1 });
    const [found] = data;
    if (found) requireSame(price, found);
    return found;
  }

  /**
   * What is to be done so that Stripe has what we sell; nothing is done.
   *
   * @throws Error where a lookup key is that of another amount, which Stripe never changes
   */
  async compare(prices: CataloguePrice[]): Promise<CatalogueChange[]> {
    const known = new Map<string, Stripe.Price>();
    for await (const price of this.stripe.prices.list({ limit: 100 }))
      if (price.lookup_key) known.set(price.lookup_key, price);
    const changes: CatalogueChange[] = [];
    const plans = new Map(prices.filter(({ isInUse }) => isInUse).map(({ price }) => [price.planKey, price]));
    for (const price of plans.values()) changes.push(...changesOfProduct(price, await this.findProduct(price.planKey)));
    for (const { price, isInUse } of prices) {
      const found = known.get(lookupKeyOf(price.id));
      if (found) requireSame(price, found);
      if (!found && isInUse) changes.push({ kind: 'create_price', price });
      if (found && found.active !== isInUse)
        changes.push({ kind: isInUse ? 'activate_price' : 'archive_price', id: found.id, price });
    }
    return changes;
  }

  /** Done twice, it is done once. */
  async apply(change: CatalogueChange): Promise<void> {
    switch (change.kind) {
      case 'create_product':
        // Two at once ask for the same.
        await this.stripe.products.create(
          { id: change.id, name: change.name },
          { idempotencyKey: `product-${change.id}-${change.name}` },
        );
        break;
      case 'rename_product':
        await this.stripe.products.update(change.id, { name: change.name });
        break;
      case 'activate_product':
        await this.stripe.products.update(change.id, { active: true });
        break;
      case 'create_price':
        await this.createPrice(change.price);
        break;
      default:
        await this.stripe.prices.update(change.id, { active: change.kind === 'activate_price' });
    }
  }

  private async createPrice({ id, planKey, planName, currency, monthlyFeeMinor }: CataloguePrice['price']) {
    const created = await this.stripe.prices.create(
      {
        lookup_key: lookupKeyOf(id),
        currency,
        unit_amount: Number(monthlyFeeMinor),
        tax_behavior: 'exclusive',
        recurring: { interval: 'month' },
        product: productOf({ planKey, planName }).id,
        metadata: { price_version_id: id, plan: planKey },
      },
      { idempotencyKey: `price-of-version-${id}` },
    );
    return created.id;
  }

  private async findProduct(planKey: string): Promise<Stripe.Product | null> {
    const { data } = await this.stripe.products.list({ ids: [productOf({ planKey, planName: '' }).id], limit: 1 });
    return data[0] ?? null;
  }
}

function productOf({ planKey, planName }: { planKey: string; planName: string }) {
  return { id: `kindred-${planKey}`, name: `Kindred ${planName}` };
}

function changesOfProduct(price: CataloguePrice['price'], found: Stripe.Product | null): CatalogueChange[] {
  const wanted = productOf(price);
  if (!found) return [{ kind: 'create_product', ...wanted, was: null }];
  const changes: CatalogueChange[] = [];
  if (found.name !== wanted.name) changes.push({ kind: 'rename_product', ...wanted, was: found.name });
  if (!found.active) changes.push({ kind: 'activate_product', ...wanted, was: found.name });
  return changes;
}

/** @throws Error naming both */
function requireSame({ id, planKey, currency, monthlyFeeMinor }: CataloguePrice['price'], found: Stripe.Price): void {
  const isMonthly = found.recurring?.interval === 'month' && found.recurring.interval_count === 1;
  if (found.currency === currency && found.unit_amount === Number(monthlyFeeMinor) && isMonthly) return;
  const every = found.recurring ? `every ${found.recurring.interval_count} ${found.recurring.interval}` : 'once';
  throw new Error(
    `Stripe's price ${found.id} has the lookup key ${lookupKeyOf(id)} and is ${found.unit_amount} ${found.currency} ${every}, but the price version ${id} of ${planKey} is ${monthlyFeeMinor} ${currency} every 1 month (in the smallest unit). Stripe never changes an amount: take the lookup key off that price, and run this again.`,
  );
}
