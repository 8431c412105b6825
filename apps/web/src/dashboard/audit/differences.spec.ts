import { expect, it } from 'vitest';
import { differencesOf } from './differences';

it('shows what changed, was added or taken away, and leaves out what is the same', () => {
  const before = { id: '1', name: 'Store', limits: { daily: 1, monthly: 2 }, old: true, list: ['a', 'b'], none: null };
  const after = { id: '1', name: 'Shop', limits: { daily: 3, monthly: 2 }, list: [], none: null, added: 0.5 };
  expect(differencesOf(before, after)).toEqual([
    { name: 'name', before: 'Store', after: 'Shop' },
    { name: 'limits.daily', before: '1', after: '3' },
    { name: 'old', before: 'true', after: undefined },
    { name: 'list', before: 'a, b', after: '' },
    { name: 'added', before: undefined, after: '0.5' },
  ]);
  expect(differencesOf(null, null)).toEqual([]);
  expect(differencesOf(null, { name: 'New' })).toEqual([{ name: 'name', before: undefined, after: 'New' }]);
});
