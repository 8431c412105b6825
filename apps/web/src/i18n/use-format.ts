import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** With their seconds, the longest first. */
const RELATIVE_UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const satisfies [Intl.RelativeTimeFormatUnit, number][];
const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
/** As many as a price of one unit has at most. */
const UNIT_PRICE_DIGITS_MAX = 12;

/** Numbers and dates as the language of the page writes them. */
export function useFormat() {
  const { i18n } = useTranslation();
  return useMemo(() => createFormat(i18n.language), [i18n.language]);
}

/** @param language of the page, by BCP 47 */
export function createFormat(language: string) {
  // Intl reads a decimal string exactly, where Number() would round it.
  const number = (value: number | string, options?: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat(language, options).format(value as number);
  const unit = (value: number, name: string, digits = 0) =>
    number(value, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: digits });
  const date = (iso: string, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, options).format(new Date(iso));
  return {
    number,
    fixed: (value: number, digits: number) =>
      number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
    /** A change relative to 1, with its sign: 0.18 is "+18%". */
    change: (value: number) => number(value, { style: 'percent', signDisplay: 'exceptZero', maximumFractionDigits: 0 }),
    percent: (share: number) => number(share, { style: 'percent', maximumFractionDigits: 0 }),
    /** With a digit more, for shares that are near to none or all. */
    share: (share: number) => number(share, { style: 'percent', maximumFractionDigits: 1 }),
    // What rounds to nothing has no sign.
    money: (amount: string, currency: string) =>
      number(amount, { style: 'currency', currency, signDisplay: 'negative' }),
    /** Decimals of the currency's smallest coin: 2 for usd, 0 for jpy. */
    minorDigits: (currency: string) =>
      new Intl.NumberFormat(language, { style: 'currency', currency }).resolvedOptions().maximumFractionDigits!,
    /** With all its digits. */
    unitPrice: (amount: string, currency: string) =>
      number(amount, { style: 'currency', currency, maximumFractionDigits: UNIT_PRICE_DIGITS_MAX }),
    /** "US Dollar (usd)" */
    currency: (code: string) =>
      `${new Intl.DisplayNames(language, { type: 'currency' }).of(code.toUpperCase())} (${code.toUpperCase()})`,
    /** "a, b and c" */
    list: (names: string[]) => new Intl.ListFormat(language, { type: 'conjunction' }).format(names),
    /** One after another: Chinese has no space between them. */
    sentences: (sentences: string[]) => sentences.join(language.startsWith('zh') ? '' : ' '),
    date: (iso: string) => date(iso, { dateStyle: 'medium' }),
    dateTime: (iso: string) => date(iso, { dateStyle: 'medium', timeStyle: 'short' }),
    /** To the second, for what is read next to a log. */
    timestamp: (iso: string) => date(iso, { dateStyle: 'medium', timeStyle: 'medium' }),
    time: (iso: string) => date(iso, { timeStyle: 'medium' }),
    /** "Nov 29", in the reader's time zone. */
    dayAndMonth: (iso: string) => date(iso, { month: 'short', day: 'numeric' }),
    /** Of a time of the last day. */
    clock: (iso: string) => date(iso, { timeStyle: 'short' }),
    /** "Nov 2026", of a month (UTC) such as "2026-11". */
    month: (month: string) => date(`${month}-01T00:00:00Z`, { month: 'short', year: 'numeric', timeZone: 'UTC' }),
    /** A UTC day such as "2026-11-23", whatever the reader's time zone. */
    day: (iso: string) => date(iso, { dateStyle: 'medium', timeZone: 'UTC' }),
    /** A UTC hour, whatever the reader's time zone. */
    hour: (iso: string) => date(iso, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }),
    shortDay: (iso: string) => date(iso, { month: 'short', day: 'numeric', timeZone: 'UTC' }),
    /** "3 minutes ago", "in 2 days". */
    relative: (iso: string, nowMs: number) => {
      const seconds = (Date.parse(iso) - nowMs) / SECOND_MS;
      const [unitName, length] = RELATIVE_UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
      return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.trunc(seconds / length), unitName);
    },
    milliseconds: (ms: number) => (ms < SECOND_MS ? unit(ms, 'millisecond') : unit(ms / SECOND_MS, 'second', 1)),
    duration: (ms: number) => {
      if (ms < MINUTE_MS) return unit(ms / SECOND_MS, 'second', ms < 10 * SECOND_MS ? 1 : 0);
      if (ms >= HOUR_MS)
        return `${unit(Math.floor(ms / HOUR_MS), 'hour')} ${unit(Math.floor((ms % HOUR_MS) / MINUTE_MS), 'minute')}`;
      return `${unit(Math.floor(ms / MINUTE_MS), 'minute')} ${unit(Math.floor((ms % MINUTE_MS) / SECOND_MS), 'second')}`;
    },
    bytes: (bytes: number) => {
      const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), BYTE_UNITS.length - 1);
      return unit(bytes / 1000 ** power, BYTE_UNITS[power]!, power === 0 ? 0 : 1);
    },
  };
}
