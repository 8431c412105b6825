/** A time as Stripe writes it, in seconds since 1970. */
export function fromStripe(seconds: number): Date {
  return new Date(seconds * 1_000);
}
