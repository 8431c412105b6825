import { expect, it } from 'vitest';
import { kinds } from '../../models/kinds/kinds.js';
import { tasks } from '../../models/tasks/tasks.js';
import { readPriceList } from '../../platform/database/price-list.js';
import { isCounted } from './limits.repository.js';

it('a quota of the price list bounds a meter or a thing that is counted: any other name would bound nothing', () => {
  const { meters, plans } = readPriceList('prisma/price-list/price-list.json');
  const isBounded = (resource: string) => isCounted(resource) || meters.some(({ key }) => key === resource);
  const resources = plans.flatMap(({ quotas }) => Object.keys(quotas));
  expect(resources.filter((resource) => !isBounded(resource))).toEqual([]);
});

it('has every meter of a task or kind, without which the ledger would refuse its calls and nobody would be billed', () => {
  const { meters } = readPriceList('prisma/price-list/price-list.json');
  const ofTasks = Object.values(tasks).flatMap(({ operations }) =>
    Object.values(operations).map((each) => each.meters),
  );
  // A call is reserved by its meters: without any there is no billing period to put it into.
  expect(ofTasks.filter((each) => Object.keys(each).length === 0)).toEqual([]);
  const ofKinds = Object.values(kinds).flatMap(({ meters: { ingested, stored } }) => [ingested, stored]);
  const used = [...ofTasks.flatMap(Object.keys), ...ofKinds.filter((key) => key !== undefined)];
  expect(used.filter((key) => meters.every((meter) => meter.key !== key))).toEqual([]);
});
