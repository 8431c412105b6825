import { expect, it } from 'vitest';
import { readPriceList } from '../../platform/database/price-list.js';
import { isCounted } from './limits.repository.js';

it('a quota of the price list bounds a meter or a thing that is counted: any other name would bound nothing', () => {
  const { meters, plans } = readPriceList('prisma/price-list/price-list.json');
  const isBounded = (resource: string) => isCounted(resource) || meters.some(({ key }) => key === resource);
  const resources = plans.flatMap(({ quotas }) => Object.keys(quotas));
  expect(resources.filter((resource) => !isBounded(resource))).toEqual([]);
});
