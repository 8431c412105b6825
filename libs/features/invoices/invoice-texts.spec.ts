import { expect, it } from 'vitest';
import { readPriceList } from '../../platform/database/price-list.js';
import { INVOICE_TEXTS } from './invoice-texts.js';

it('names every meter of the price list on a Chinese invoice too', () => {
  const { meters } = readPriceList('prisma/price-list/price-list.json');
  const names = meters.map(({ key }) => INVOICE_TEXTS.zh.meter(key));
  expect(names.filter((name) => !/\p{Script=Han}/u.test(name))).toEqual([]);
});
