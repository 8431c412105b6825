import { afterEach, expect, it, vi } from 'vitest';
import { Clock } from './clock.js';

afterEach(() => vi.useRealTimers());

it('goes on steadily while the machine’s clock jumps, and is Postgres’s where that has been heard of', () => {
  const clock = new Clock({ KINDRED_CLOCK_OFFSET_SECONDS: 0 });
  const before = clock.now().getTime();
  vi.useFakeTimers({ toFake: ['Date'], now: before + 2 * 3_600_000 });
  expect(Date.now()).toBe(before + 2 * 3_600_000);
  expect(Math.abs(clock.now().getTime() - before)).toBeLessThan(1_000);
  const later = new Clock({ KINDRED_CLOCK_OFFSET_SECONDS: 86_400 });
  expect(Math.abs(later.now().getTime() - before - 86_400_000)).toBeLessThan(2 * 3_600_000 + 1_000);
  const postgres = Date.parse('2030-01-01T00:00:00Z');
  clock.agree(postgres);
  vi.setSystemTime(before - 2 * 3_600_000);
  expect(Math.abs(clock.now().getTime() - postgres)).toBeLessThan(1_000);
});
