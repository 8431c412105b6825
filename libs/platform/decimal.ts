import { Decimal as Base } from 'decimal.js';

/**
 * Decimal numbers in which sums and products of what the database holds are exact: a quantity of numeric(26, 6) times an amount of
 * numeric(20, 12) has 46 digits at most. Only what divides must say how it rounds.
 */
export const Decimal = Base.clone({ precision: 64, defaults: true });
export type Decimal = Base;
