/**
 * Failures of billing that public trackers tell of, by number, as what Kindred does instead. A test holds one by the prefix `B<number>: ` of its title, or
 * `B1, B2: `.
 */
export const BILLING: Record<number, string> = {
  1: 'What is counted and that it was counted are written together: a retry meters neither nothing nor twice',
  2: 'A call is answered once what it uses is durable, and not before',
  3: 'The same id with other content is no repetition: a correction is refused with 409, and no call is for nothing by it',
  4: 'Corrections are further entries; of a period that is billed, they are on the next invoice',
  5: 'A period is billed once, and an invoice collected once, however many work on it',
  6: 'Periods are half-open in UTC, wherever a process runs',
  7: 'The anchor day is kept through short months and changes to summer time',
  8: 'Nothing is reset: what is left is what was granted less what the period used',
  9: 'Price versions are never edited; credit for the rest of a month is of what was really paid',
  10: 'Amounts are exact decimals, rounded once for a line; lines sum to their total, and no total of usage is below nothing',
  11: 'Each currency has its own smallest unit: 100 yen are 100',
  12: 'Events of Stripe’s may come twice and in any order: what holds is what Stripe says when it is asked',
  13: 'Stripe’s signature is checked over the very bytes that came',
  14: 'What a call may use is reserved before it and settled after it, and a limit that changes is heard everywhere within a second',
  15: 'The server’s clock says when a call was made, and however late it is heard of, it is billed',
};
