import { expect, it } from 'vitest';
import { Problem } from '../errors/problem.js';
import type { Changes } from './changes.js';
import { OUTAGE_MS, WatchedCache } from './watched-cache.js';

/** What a cache sees of the feed. */
class Feed {
  silentMs = 0;
  reset = () => {};
  onReset(listener: () => void): void {
    this.reset = listener;
  }
}

function build(): { feed: Feed; cache: WatchedCache<{ value: number }> } {
  const feed = new Feed();
  return { feed, cache: new WatchedCache(feed as unknown as Changes) };
}

it('asks once for all who ask at the same time, and not again until it is told to forget', async () => {
  const { cache } = build();
  let loads = 0;
  const load = async () => ({ value: ++loads });
  await Promise.all([1, 2, 3].map(() => cache.get('a', load)));
  expect((await cache.get('a', load)).value).toBe(1);
  cache.forget('a');
  expect(cache.peek('a')).toBeUndefined();
  expect((await cache.get('a', load)).value).toBe(2);
});

it('does not keep what changed while it was read', async () => {
  const { cache } = build();
  const first = Promise.withResolvers<{ value: number }>();
  const reading = cache.get('a', () => first.promise);
  cache.forget('a');
  // Who asks after the change must not get what was read before it.
  expect((await cache.get('a', async () => ({ value: 2 }))).value).toBe(2);
  first.resolve({ value: 1 });
  await reading;
  expect(cache.peek('a')?.value).toBe(2);
});

it('keeps nothing while changes cannot be heard, serves what it knows for the length of an outage, and forgets it all when that is over', async () => {
  const { feed, cache } = build();
  await cache.get('a', async () => ({ value: 1 }));
  feed.silentMs = OUTAGE_MS - 1;
  expect(cache.peek('a')?.value).toBe(1);
  await cache.get('b', async () => ({ value: 1 }));
  expect(cache.peek('b')).toBeUndefined();
  feed.silentMs = OUTAGE_MS + 1;
  expect(cache.peek('a')).toBeUndefined();
  feed.silentMs = 0;
  feed.reset();
  expect(cache.peek('a')).toBeUndefined();
  // Postgres is away again before it could be asked.
  expect((await cache.get('a', () => Promise.reject(new Error('away')))).value).toBe(1);
  await expect(cache.get('a', () => Promise.reject(new Problem(404, 'not_found', 'It is gone.')))).rejects.toThrow(
    'gone',
  );
  cache.forget('a');
  await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
});

it('lets everyone know of a failed read, and asks again', async () => {
  const { cache } = build();
  await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect((await cache.get('a', async () => ({ value: 1 }))).value).toBe(1);
});
