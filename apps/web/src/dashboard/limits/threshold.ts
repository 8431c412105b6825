import type { LimitUse } from '../../api/client';
import type { Tone } from '../../ui/badge';

const THRESHOLDS: [share: number, tone: Tone][] = [
  [1, 'danger'],
  [0.75, 'warning'],
  [0.5, 'accent'],
];

/** Used part of a limit; one of 0 is always reached. */
export function shareOf({ used, quantity }: Pick<LimitUse, 'used' | 'quantity'>): number {
  return Number(quantity) === 0 ? 1 : Number(used) / Number(quantity);
}

/** Colour of the highest threshold that is reached. The organization gets an email at the same thresholds. */
export function toneOf(share: number): Tone {
  return THRESHOLDS.find(([threshold]) => share >= threshold)?.[1] ?? 'neutral';
}
