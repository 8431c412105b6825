import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';

/** A subscription at Stripe of ours on whose fee no tax is put. */
export interface UntaxedSubscription {
  id: string;
  customer: string;
}

/** Those that were bought before taxes were asked for: Stripe puts none on them until it is told to. */
@Injectable()
export class UntaxedSubscriptions {
  constructor(private readonly stripe: Stripe) {}

  async list(): Promise<UntaxedSubscription[]> {
    const found: UntaxedSubscription[] = [];
    for await (const { id, customer, metadata, automatic_tax: tax } of this.stripe.subscriptions.list({ limit: 100 }))
      if (metadata['price_version_id'] && !tax.enabled)
        found.push({ id, customer: typeof customer === 'string' ? customer : customer.id });
    return found;
  }

  /** From its next fee on. Done twice, it is done once. @returns false where nobody knows in which country the customer is taxed, and nothing was changed */
  async tax({ id }: UntaxedSubscription): Promise<boolean> {
    try {
      await this.stripe.subscriptions.update(id, { automatic_tax: { enabled: true } });
      return true;
    } catch (error) {
      if (error instanceof Stripe.errors.StripeError && error.code === 'customer_tax_location_invalid') return false;
      throw error;
    }
  }
}
