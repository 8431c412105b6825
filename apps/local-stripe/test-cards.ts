/** What a test card does, by Stripe's published numbers. */
export interface TestCard {
  brand: string;
  /** What a payment is refused with. */
  declines?: Decline;
  /** Can be attached to a customer, though no payment with it succeeds. */
  isAttachable?: boolean;
  /** A payment succeeds, and its holder asks their bank for it back at once. */
  disputes?: true;
  /** When its holder must prove who they are: at each payment, or once, after which they may be away. */
  authentication?: 'always' | 'unless_set_up';
}

export interface Decline {
  code: string;
  decline_code: string;
  message: string;
}

const declined = (decline_code: string, message = 'Your card was declined.', code = 'card_declined'): Decline => ({
  code,
  decline_code,
  message,
});

const CARDS: Record<string, TestCard> = {
  '4242424242424242': { brand: 'visa' },
  '5555555555554444': { brand: 'mastercard' },
  '378282246310005': { brand: 'amex' },
  '4000000000000002': { brand: 'visa', declines: declined('generic_decline') },
  '4000000000009995': { brand: 'visa', declines: declined('insufficient_funds', 'Your card has insufficient funds.') },
  '4000000000000069': { brand: 'visa', declines: declined('expired_card', 'Your card has expired.', 'expired_card') },
  '4000000000000119': {
    brand: 'visa',
    declines: declined('processing_error', 'An error occurred while processing your card.', 'processing_error'),
  },
  '4000000000000341': { brand: 'visa', declines: declined('generic_decline'), isAttachable: true },
  '4000000000000259': { brand: 'visa', disputes: true },
  '4000002500003155': { brand: 'visa', authentication: 'unless_set_up' },
  '4000002760003184': { brand: 'visa', authentication: 'always' },
};

/** Names that stand for a card wherever a payment method is asked for. */
const TOKENS: Record<string, string> = {
  visa: '4242424242424242',
  mastercard: '5555555555554444',
  amex: '378282246310005',
  chargeDeclined: '4000000000000002',
  chargeDeclinedInsufficientFunds: '4000000000009995',
  chargeDeclinedExpiredCard: '4000000000000069',
  chargeDeclinedProcessingError: '4000000000000119',
  chargeCustomerFail: '4000000000000341',
  createDispute: '4000000000000259',
  authenticationRequiredOnSetup: '4000002500003155',
  authenticationRequired: '4000002760003184',
};

/** So that customers may have a card of their own each: any number that begins with 424242 and has the right last digit is one that pays. */
const OF_ONES_OWN = /^424242\d{10}$/;

export function findCard(number: string): TestCard | undefined {
  return CARDS[number] ?? (OF_ONES_OWN.test(number) && hasRightLastDigit(number) ? { brand: 'visa' } : undefined);
}

/** By Luhn's sum. */
function hasRightLastDigit(number: string): boolean {
  const sum = [...number].toReversed().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** The number behind `pm_card_visa` or `tok_visa`. */
export function numberOf(token: string): string | undefined {
  return TOKENS[token.replace(/^(pm_card|tok)_/, '')];
}
