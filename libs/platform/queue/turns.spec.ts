import { expect, it } from 'vitest';
import { Turns } from './turns.js';

const MOST = 3;
const fewTurns = () => new Turns(MOST, (most) => new Error(`${most} wait`));

it('takes the calls of an organization one after another, and others next to them', async () => {
  const turns = fewTurns();
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = turns.run('a', () => gate.promise.then(() => done.push('a1')));
  const failing = turns.run('a', async () => {
    done.push('a2');
    throw new Error('broken');
  });
  const last = turns.run('a', async () => done.push('a3'));
  await turns.run('b', async () => done.push('b1'));
  expect(done).toEqual(['b1']);
  gate.resolve();
  await expect(failing).rejects.toThrow('broken');
  await Promise.all([first, last]);
  expect(done).toEqual(['b1', 'a1', 'a2', 'a3']);
});

it('refuses one more than may wait, and takes others again when some are through', async () => {
  const turns = fewTurns();
  const gate = Promise.withResolvers<void>();
  const waiting = Array.from({ length: MOST + 1 }, () => turns.run('a', () => gate.promise));
  await expect(turns.run('a', async () => {})).rejects.toThrow('3 wait');
  gate.resolve();
  await Promise.all(waiting);
  await turns.run('a', async () => {});
});
