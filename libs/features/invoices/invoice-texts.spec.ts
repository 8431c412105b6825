import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readPriceList } from '../../platform/database/price-list.js';
import { scaleUnitPrice } from '../billing/index.js';
import { INVOICE_TEXTS } from './invoice-texts.js';

it('names every meter of the price list on a Chinese invoice too', () => {
  const { meters } = readPriceList('prisma/price-list/price-list.json');
  const names = meters.map(({ key }) => INVOICE_TEXTS.zh.meter(key));
  expect(names.filter((name) => !/\p{Script=Han}/u.test(name))).toEqual([]);
});

it.each([
  ['en', 'en'],
  ['zh', 'zh-CN'],
] as const)('says what a unit costs on an invoice in %s as the screens do, of every meter', (language, file) => {
  const { unitPrice, terms } = JSON.parse(readFileSync(`apps/web/src/i18n/${file}.json`, 'utf8'));
  const { meters } = readPriceList('prisma/price-list/price-list.json');
  const words = { 1: 'one', 1_000: 'thousand', 1_000_000: 'million' } as const;
  for (const { key } of meters)
    for (const per of [1, 1_000, 1_000_000] as const) {
      const unit = terms[per === 1 ? 'meterUnits' : 'meterUnitsMany'][key];
      const onScreen = unitPrice[words[per]].replace('{{price}}', 'USD 0.20').replace('{{unit}}', unit);
      expect(INVOICE_TEXTS[language].perUnit('USD 0.20', key, per)).toBe(onScreen);
    }
});

it.each([
  ['0', 'usd', '0', 1],
  ['0.05', 'usd', '0.05', 1],
  ['0.0002', 'usd', '0.2', 1_000],
  ['0.0000000092', 'usd', '0.0092', 1_000_000],
  ['0.03', 'jpy', '30', 1_000],
  ['0.00000225', 'jpy', '2.25', 1_000_000],
])('%s %s of a unit is %s of %i', (amount, currency, scaled, per) =>
  expect(scaleUnitPrice(amount, currency)).toEqual({ amount: scaled, per }),
);
