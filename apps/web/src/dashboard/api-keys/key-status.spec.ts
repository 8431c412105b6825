import { describe, expect, it } from 'vitest';
import type { ApiKey } from '../../api/client';
import { statusOf } from './key-status';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const EARLIER = '2026-11-23T11:59:59Z';
const LATER = '2026-11-23T12:00:01Z';

const statusWith = (changes: Partial<ApiKey>) =>
  statusOf({ leakedUrl: null, revokedAt: null, expiresAt: null, ...changes } as ApiKey, NOW);

describe('statusOf', () => {
  it('tells a key that goes on from one that will end and one that has', () => {
    expect(statusWith({})).toBe('live');
    expect(statusWith({ expiresAt: LATER })).toBe('expiring');
    expect(statusWith({ expiresAt: EARLIER })).toBe('expired');
  });

  it('tells that a key was revoked whatever its expiry, and that it leaked above all', () => {
    expect(statusWith({ revokedAt: EARLIER, expiresAt: LATER })).toBe('revoked');
    expect(statusWith({ revokedAt: EARLIER, leakedUrl: '' })).toBe('leaked');
  });
});
