import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signupSchema } from './auth.schema.js';
import { isLeaked } from './leaked-passwords.js';

const isTaken = (password: string) =>
  signupSchema.safeParse({ email: 'me@shop.example', password, organizationName: 'Shop' }).success;

describe('a password', () => {
  it.each([
    ['correct horse battery', 'words'],
    ['aaaaaaaZ', 'eight characters'],
    ['        ', 'spaces, which nobody tries first'],
    ['密码很长不要紧吗', 'eight characters of another script'],
    ['🦊🦊🦊🦊🦊🦊🦊🦊', 'eight signs beyond the first plane'],
    ['x'.repeat(128), '128 characters'],
    ['x'.repeat(1024), '1,024 characters'],
  ])('S11: is taken, whatever is in it: %j, %s', (password) => expect(isTaken(password)).toBe(true));

  it.each([
    ['1234567', 'seven characters'],
    ['x'.repeat(1025), 'more than anybody types'],
    ['password', 'leaked'],
    ['Password1', 'leaked, in other letters'],
    ['QWERTYUIOP', 'leaked, in capitals'],
    ['iloveyou1', 'leaked'],
    ['１２３４５６７８', 'leaked, in wide digits'],
    ['trustno1', 'leaked'],
  ])('S11: is refused: %j, %s', (password) => expect(isTaken(password)).toBe(false));

  it('S11: that nobody has chosen before is never refused', () => {
    const refused = Array.from({ length: 20_000 }, () => randomBytes(6).toString('base64url')).filter(isLeaked);
    expect(refused).toEqual([]);
  });

  it('S11: says in plain words why it is refused', () => {
    const { error } = signupSchema.safeParse({
      email: 'me@shop.example',
      password: 'password1',
      organizationName: 'X',
    });
    expect(error?.issues.map(({ message }) => message)).toEqual([
      'is among the passwords that leaked elsewhere and are tried first: choose another one',
    ]);
  });
});
