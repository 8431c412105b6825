import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Loop } from './loop.js';

it('never works twice at once, goes on after an error, and works again at once when it was woken meanwhile', async () => {
  let calls = 0;
  let underWay = 0;
  const errors: string[] = [];
  const loop = new Loop(
    async () => {
      expect(underWay++).toBe(0);
      await sleep(20);
      underWay--;
      if (++calls === 1) throw new Error('first');
    },
    60_000,
    ({ message }) => errors.push(message),
  );
  loop.wake();
  await sleep(100);
  expect([calls, errors]).toEqual([2, ['first']]);
  loop.wake();
  // The third call has begun, and is waited for.
  await sleep(5);
  await loop.stop();
  expect([calls, underWay]).toEqual([3, 0]);
});

it('waits between two calls', async () => {
  let calls = 0;
  const loop = new Loop(
    async () => void calls++,
    50,
    () => {},
  );
  await sleep(175);
  await loop.stop();
  expect(calls).toBeGreaterThan(1);
  expect(calls).toBeLessThan(6);
});
