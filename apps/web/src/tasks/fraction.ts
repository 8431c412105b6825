/** A share as one says it: 0.48 is 1 in 2, 0.91 is 9 in 10, 0.012 is 1 in 83. */
export function toFraction(share: number): { some: number; of: number } {
  if (share <= 0) return { some: 0, of: 10 };
  if (share >= 1) return { some: 10, of: 10 };
  if (share < LEAST) return { some: 1, of: Math.round(1 / share) };
  // What is missed must not be rounded away.
  if (share > MOST) return { some: Math.floor(100 * share), of: 100 };
  const fractions = WHOLES.map((of) => ({ some: Math.round(share * of), of })).filter(
    ({ some, of }) => some > 0 && some < of,
  );
  const errorOf = ({ some, of }: { some: number; of: number }) => Math.abs(some / of - share);
  return fractions.reduce((best, next) => (errorOf(next) < errorOf(best) - NEAR ? next : best));
}

/** Small ones first: they are easier to imagine. */
const WHOLES = [2, 3, 4, 5, 10];
const NEAR = 0.015;
const LEAST = 0.08;
const MOST = 0.95;
