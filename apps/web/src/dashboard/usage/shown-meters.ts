import type { Meter } from '../../api/client';

/** Keys of the meters that were used, in the order of the platform's list; those that it does not name come last. */
export function shownMeters(meters: Meter[], used: (string | undefined)[]): string[] {
  const known = meters.map(({ key }) => key).filter((key) => used.includes(key));
  const unknown = used.filter((key): key is string => key !== undefined && !known.includes(key));
  return [...new Set([...known, ...unknown])];
}
