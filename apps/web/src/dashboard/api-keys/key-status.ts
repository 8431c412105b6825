import type { ApiKey } from '../../api/client';

export type KeyStatus = 'live' | 'expiring' | 'expired' | 'revoked' | 'leaked';

/** What may be done with a key now, and why not where it has ended. */
export function statusOf({ leakedUrl, revokedAt, expiresAt }: ApiKey, now = Date.now()): KeyStatus {
  if (leakedUrl !== null) return 'leaked';
  if (revokedAt) return 'revoked';
  if (!expiresAt) return 'live';
  return Date.parse(expiresAt) > now ? 'expiring' : 'expired';
}

/** A key that is accepted. */
export function isLive(apiKey: ApiKey): boolean {
  return ['live', 'expiring'].includes(statusOf(apiKey));
}
