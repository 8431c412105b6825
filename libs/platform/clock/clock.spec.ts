import { afterEach, expect, it, vi } from 'vitest';
import { Clock } from './clock.js';

afterEach(() => vi.useRealTimers());

it('goes on steadily while the machine’s clock jumps, and is Postgres’s where that has been heard of', () => {
  const clock = new Clock();
  const before = clock.now().getTime();
  vi.useFakeTimers({ toFake: ['Date'], now: before + 2 * 3_600_000 });
  expect(Date.now()).toBe(before + 2 * 3_600_000);
  expect(Math.abs(clock.now().getTime() - before)).toBeLessThan(1_000);
  const postgres = Date.parse('2030-01-01T00:00:00Z');
  expect(clock.agree({ nowMs: postgres, offsetMs: 0 })).toBe(false);
  vi.setSystemTime(before - 2 * 3_600_000);
  expect(Math.abs(clock.now().getTime() - postgres)).toBeLessThan(1_000);
  expect(clock.agree({ nowMs: postgres, offsetMs: 86_400_000 })).toBe(true);
  expect(Math.abs(clock.now().getTime() - postgres - 86_400_000)).toBeLessThan(1_000);
});
