import fc from 'fast-check';
import { expect, it } from 'vitest';
import { generateKey, isWellFormedKey } from './key-format.js';

it('S21: makes keys of the documented format, each another', () => {
  expect(generateKey('live', 'publishable')).toMatch(/^kin_pub_[0-9A-Za-z]{36}$/);
  const keys = Array.from({ length: 1_000 }, () => generateKey('live'));
  expect(new Set(keys).size).toBe(1_000);
  for (const key of keys) {
    expect(key).toMatch(/^kin_live_[0-9A-Za-z]{36}$/);
    expect(isWellFormedKey(key)).toBe(true);
  }
});

it('tells every change of one character from the key', () => {
  fc.assert(
    fc.property(fc.nat(44), fc.constantFrom(...'azAZ09_'), (place, character) => {
      const key = generateKey('test');
      fc.pre(key[place] !== character);
      expect(isWellFormedKey(key.slice(0, place) + character + key.slice(place + 1))).toBe(false);
    }),
  );
});

it('takes any text for what it is', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !isWellFormedKey(text)));
});
