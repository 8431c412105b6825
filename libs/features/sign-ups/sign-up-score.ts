import mailchecker from 'mailchecker';

const DISPOSABLE = mailchecker.blacklist();

/** What speaks for a script, and how much of it there was. */
export interface Reason {
  code: ReasonCode;
  /** Of earlier sign-ups that are like this one. */
  count: number;
}

export const REASON_CODES = [
  'disposable_domain',
  'many_disposable',
  'same_address',
  'same_network',
  'same_domain',
  'same_device',
] as const;

type ReasonCode = (typeof REASON_CODES)[number];

/** Earlier sign-ups that are like this one: of a day, those of the device of thirty. */
export interface Likeness {
  address: number;
  /** From other addresses of the network. */
  network: number;
  /** Of the same mail domain; of any disposable one where this one is. */
  domain: number;
  device: number;
}

/** From here on the browser is to do a proof of work. */
export const SCORE_HIGH = 30;
/** From here on an operator is to look first. */
export const SCORE_VERY_HIGH = 80;

/**
 * From 0, nothing unusual, to 100. One sign by itself asks for work that nobody notices who signs up once; two together, or
 * one that no household or office explains, are left to an operator.
 */
export function scoreOf(disposable: boolean, { address, network, domain, device }: Likeness) {
  const reasons: Reason[] = [];
  let score = 0;
  const add = (points: number, code: ReasonCode, count: number) => {
    score += points;
    reasons.push({ code, count });
  };
  if (disposable) add(50, 'disposable_domain', domain);
  if (disposable && domain >= 2) add(40, 'many_disposable', domain);
  if (!disposable && domain >= 10) add(35, 'same_domain', domain);
  if (address >= 2) add(address >= 5 ? 80 : 40, 'same_address', address);
  if (network >= 10) add(35, 'same_network', network);
  if (device >= 2) add(device >= 5 ? 80 : 40, 'same_device', device);
  return { score: Math.min(100, score), reasons };
}

/** Whether mail to the domain, or to one that it belongs to, is read by anyone and kept by nobody. */
export function isDisposable(domain: string): boolean {
  const labels = domain.split('.');
  return labels.some((_, place) => DISPOSABLE.has(labels.slice(place).join('.')));
}
