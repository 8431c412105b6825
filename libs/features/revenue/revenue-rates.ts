import { Decimal } from '../../platform/decimal.js';

/**
 * What became of the monthly recurring revenue (MRR) in a month, in the currency's main unit. MRR is the sum of the monthly fees of those who pay one,
 * also where a payment is overdue; neither taxes nor what is metered belong to it.
 */
export interface Movement {
  opening: Decimal;
  /** From who never paid a fee before. */
  fromNew: Decimal;
  /** From who had paid one, and none at the start. */
  reactivation: Decimal;
  /** More than at the start, from who paid then. */
  expansion: Decimal;
  contraction: Decimal;
  /** What who pays none any more had paid. */
  churn: Decimal;
  closing: Decimal;
  customersAtStart: number;
  customersLost: number;
  customersAtEnd: number;
}

export interface Rates {
  /** NRR: what is left of the opening revenue, with what those customers pay more. Null where there was none. */
  netRevenueRetention: Decimal | null;
  /** GRR: without what they pay more. */
  grossRevenueRetention: Decimal | null;
  /** What is lost net of what is won back, of the opening revenue. */
  netRevenueChurn: Decimal | null;
  /** Customers lost, of those at the start. */
  customerChurn: Decimal | null;
  /** ARPA: closing revenue of one who pays. */
  averageRevenuePerAccount: Decimal | null;
  /** LTV: what one who pays brings until they leave, at this month's churn and less what they cost; null while nobody leaves. */
  lifetimeValue: Decimal | null;
}

/**
 * ΔMRR = new + reactivation + expansion − contraction − churn; NRR = (opening + expansion − contraction − churn) / opening, GRR without expansion; net
 * MRR churn = (churn + contraction − expansion − reactivation) / opening; LTV = (ARPA − cost) / churn of customers.
 *
 * @param costPerCustomer of a month
 */
export function ratesOf(movement: Movement, costPerCustomer = new Decimal(0)): Rates {
  const { opening, reactivation, expansion, contraction, churn, closing } = movement;
  const { customersAtStart, customersLost, customersAtEnd } = movement;
  const ofOpening = (amount: Decimal) => (opening.isZero() ? null : amount.div(opening));
  const kept = opening.minus(contraction).minus(churn);
  const customerChurn = customersAtStart === 0 ? null : new Decimal(customersLost).div(customersAtStart);
  const averageRevenuePerAccount = customersAtEnd === 0 ? null : closing.div(customersAtEnd);
  return {
    netRevenueRetention: ofOpening(kept.plus(expansion)),
    grossRevenueRetention: ofOpening(kept),
    netRevenueChurn: ofOpening(churn.plus(contraction).minus(expansion).minus(reactivation)),
    customerChurn,
    averageRevenuePerAccount,
    lifetimeValue:
      averageRevenuePerAccount && customerChurn && !customerChurn.isZero()
        ? averageRevenuePerAccount.minus(costPerCustomer).div(customerChurn)
        : null,
  };
}
