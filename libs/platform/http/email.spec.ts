import { describe, expect, it } from 'vitest';
import { emailSchema } from './email.js';

describe('an email address', () => {
  it.each([
    [' Me@Shop.EXAMPLE ', 'me@shop.example'],
    ['me+news@shop.example', 'me+news@shop.example'],
    ["o'neil@shop.example", "o'neil@shop.example"],
    // Composed and decomposed, in wide letters, with the dot of another script, by its name in DNS.
    ['me@bücher.example', 'me@xn--bcher-kva.example'],
    ['me@bu\u0308cher.example', 'me@xn--bcher-kva.example'],
    ['me@BÜCHER.example', 'me@xn--bcher-kva.example'],
    ['me@xn--bcher-kva.example', 'me@xn--bcher-kva.example'],
    ['me@ｓｈｏｐ。example', 'me@shop.example'],
    ['me@почта.рф', 'me@xn--80a1acny.xn--p1ai'],
  ])('has one spelling: %s', (text, spelling) => expect(emailSchema.parse(text)).toBe(spelling));

  // U+212A is a K whose lower case is the letter k of ASCII, and a dotless i becomes i in capitals.
  it.each(['\u212Aate@shop.example', 'm\u0131ke@shop.example', 'mé@shop.example', 'ｍe@shop.example'])(
    'is not taken for one that it looks like: %s',
    (text) => expect(emailSchema.safeParse(text).success).toBe(false),
  );

  it.each([
    '',
    '@',
    'me',
    'me@',
    '@shop.example',
    'me@shop',
    'a@b@shop.example',
    'me@shop..example',
    '.me@shop.example',
    'me.@shop.example',
    'me@-shop.example',
    'me@shop.example\r\nBcc: x@y.example',
    'me@shop.example, you@shop.example',
    '"me"@shop.example',
    'me@[127.0.0.1]',
    `${'m'.repeat(65)}@shop.example`,
    `me@${'s'.repeat(250)}.example`,
  ])('is refused where it is none: %j', (text) => expect(emailSchema.safeParse(text).success).toBe(false));
});
