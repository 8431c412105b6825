import type { ApiKey } from '../../api/client';

export type KeyStatus = 'live' | 'expiring' | 'expired' | 'revoked' | 'leaked';

/** Whether a key works now, and why not if it does not. */
export function statusOf(
  { leakedUrl, revokedAt, expiresAt }: Pick<ApiKey, 'leakedUrl' | 'revokedAt' | 'expiresAt'>,
  now = Date.now(),
): KeyStatus {
  if (leakedUrl !== null) return 'leaked';
  if (revokedAt) return 'revoked';
  if (!expiresAt) return 'live';
  return Date.parse(expiresAt) > now ? 'expiring' : 'expired';
}

/** A key that is accepted. */
export function isLive(apiKey: ApiKey): boolean {
  return ['live', 'expiring'].includes(statusOf(apiKey));
}
