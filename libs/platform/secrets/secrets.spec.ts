import { describe, expect, it } from 'vitest';
import { decrypt, encrypt } from './secrets.js';

const SECRET = 'a-secret-of-at-least-32-characters-0123';

describe('encrypted text', () => {
  it('is readable with the same secret for the same purpose alone', () => {
    const bytes = encrypt(SECRET, 'one', 'whsec_ü');
    expect(decrypt(SECRET, 'one', bytes)).toBe('whsec_ü');
    expect(() => decrypt(SECRET, 'two', bytes)).toThrow();
    expect(() => decrypt(`${SECRET}4`, 'one', bytes)).toThrow();
  });

  it('never looks the same twice, and is refused where any byte was changed', () => {
    const bytes = encrypt(SECRET, 'one', 'text');
    expect(encrypt(SECRET, 'one', 'text')).not.toEqual(bytes);
    for (let i = 0; i < bytes.length; i++) {
      const altered = bytes.slice();
      altered[i]! ^= 1;
      expect(() => decrypt(SECRET, 'one', altered)).toThrow();
    }
    expect(() => decrypt(SECRET, 'one', bytes.subarray(0, 8))).toThrow();
  });
});
