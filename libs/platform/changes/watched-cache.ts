import { LRUCache } from 'lru-cache';
import { Problem } from '../errors/problem.js';
import type { Changes } from './changes.js';

/** How long a process serves from memory while it cannot hear of changes: an outage of Postgres is survived this long. */
export const OUTAGE_MS = 300_000;

interface Loading<V> {
  value: Promise<V>;
  isStale: boolean;
}

/** What was read from Postgres, kept until it is forgotten. Whoever owns it calls `forget` on the changes that concern it. */
export class WatchedCache<V extends object> {
  private values: LRUCache<string, V>;
  /** What was known before changes may have been missed: better than nothing where Postgres is away again before it was asked. */
  private doubtful: LRUCache<string, V>;
  private readonly loading = new Map<string, Loading<V>>();

  constructor(
    private readonly changes: Changes,
    private readonly max = 100_000,
  ) {
    this.values = emptyCache(max);
    this.doubtful = emptyCache(max);
    changes.onReset(() => this.doubtAll());
  }

  /** What is known now, without asking. */
  peek(key: string): V | undefined {
    return this.changes.silentMs < OUTAGE_MS ? this.values.get(key) : undefined;
  }

  /** One `load` for all who ask at the same time. */
  async get(key: string, load: () => Promise<V>): Promise<V> {
    const known = this.peek(key);
    if (known) return known;
    const current = this.loading.get(key);
    if (current && !current.isStale) return current.value;
    const loading: Loading<V> = { value: load(), isStale: false };
    this.loading.set(key, loading);
    try {
      const value = await loading.value;
      // What changed while it was read may have been read before it changed.
      if (!loading.isStale && this.changes.silentMs === 0) this.values.set(key, value);
      this.doubtful.delete(key);
      return value;
    } catch (error) {
      const before = this.changes.silentMs < OUTAGE_MS ? this.doubtful.get(key) : undefined;
      // A Problem is an answer: there is no such thing any more.
      if (before && !(error instanceof Problem)) return before;
      throw error;
    } finally {
      if (this.loading.get(key) === loading) this.loading.delete(key);
    }
  }

  forget(key: string): void {
    this.values.delete(key);
    this.doubtful.delete(key);
    const loading = this.loading.get(key);
    if (loading) loading.isStale = true;
  }

  /** Forgets every value of which that is so. */
  forgetWhere(concerns: (value: V) => boolean): void {
    for (const cache of [this.values, this.doubtful])
      for (const [key, value] of cache.entries()) if (concerns(value)) this.forget(key);
    // What is being read may be one of them.
    for (const loading of this.loading.values()) loading.isStale = true;
  }

  private doubtAll(): void {
    if (this.values.size > 0) this.doubtful = this.values;
    this.values = emptyCache(this.max);
    for (const loading of this.loading.values()) loading.isStale = true;
  }
}

/** Grows as it is filled: `max` would make room for all entries at once, which takes milliseconds and megabytes. */
function emptyCache<V extends object>(most: number): LRUCache<string, V> {
  return new LRUCache<string, V>({ maxSize: most, sizeCalculation: () => 1 });
}
