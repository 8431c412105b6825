const FIRST_SECONDS = 5;
const SECONDS_MAX = 3_600;
const JITTER = 0.1;

/** A little longer, by chance, so that what failed together is not tried again together. */
export function jittered(seconds: number): number {
  return seconds * (1 + JITTER * Math.random());
}

/** Seconds until what failed is tried again: 5, then twice as long each time, at most an hour. @param tries made so far, from 1 */
export function waitAfter(tries: number): number {
  return jittered(Math.min(FIRST_SECONDS * 2 ** (tries - 1), SECONDS_MAX));
}
