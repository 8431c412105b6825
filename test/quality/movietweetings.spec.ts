import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildCsr, type Csr } from '../../libs/compute/csr/kernel.js';
import type { TrainingResult } from '../../libs/models/family.js';
import { evaluate, sampleUsers } from '../../libs/models/recommender/evaluation/evaluate.js';
import type { Split } from '../../libs/models/recommender/evaluation/split.js';
import { ialsSettings } from '../../libs/models/recommender/manifest.js';
import { fitIals } from '../../libs/models/recommender/recipes/ials.js';
import { countPopularity } from '../../libs/models/recommender/recipes/popularity.js';

const ratingsFile = new URL('../../prisma/seed/movietweetings/ratings.dat.gz', import.meta.url);

interface Rating {
  user: string;
  item: string;
  isTest: boolean;
}

/** Lines `user::item::rating::unixtime`; line i is held out when its hash, Math.imul(i, 2654435761) / 2³², is below 0.2. */
function readRatings(): Rating[] {
  const lines = gunzipSync(readFileSync(ratingsFile)).toString().trim().split('\n');
  return lines.map((line, i) => {
    const [user, item] = line.split('::');
    return { user, item, isTest: (Math.imul(i, 2654435761) >>> 0) / 2 ** 32 < 0.2 };
  });
}

function splitRatings(ratings: Rating[]): Split {
  const users = indexOf(ratings.map(({ user }) => user));
  const items = indexOf(ratings.map(({ item }) => item));
  const csrOf = (side: Rating[]): Csr =>
    buildCsr({
      rows: users.size,
      columns: items.size,
      rowIndices: Uint32Array.from(side, ({ user }) => users.get(user)!),
      columnIndices: Uint32Array.from(side, ({ item }) => items.get(item)!),
      values: null,
    });
  return { train: csrOf(ratings.filter((r) => !r.isTest)), test: csrOf(ratings.filter((r) => r.isTest)) };
}

function indexOf(ids: string[]): Map<string, number> {
  return new Map([...new Set(ids)].map((id, index) => [id, index]));
}

function runToEnd<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

describe('ials with its default settings on MovieTweetings', () => {
  let split: Split;
  const seeds = [1, 2, 3];
  const measured: TrainingResult['metrics'][] = [];

  beforeAll(() => {
    split = splitRatings(readRatings());
    const users = sampleUsers(split, Infinity, 0);
    const popularity = countPopularity(split.train);
    for (const seed of seeds) {
      const factors = runToEnd(fitIals(split.train, ialsSettings.parse({}), seed));
      measured.push(runToEnd(evaluate({ popularity, factors }, split, users)));
    }
  }, 60_000);

  it('reads the set that the figures were published for', () => {
    expect(split.train.rows).toBe(4333);
    expect(split.train.columns).toBe(2414);
    expect(split.train.indices.length + split.test.indices.length).toBe(68_055);
  });

  it('measures popularity at its known recall and NDCG, so the protocol is the right one', () => {
    const { popularity } = measured[0];
    expect(Math.abs(popularity['recall@20'] - 0.271)).toBeLessThanOrEqual(0.001);
    expect(Math.abs(popularity['ndcg@20'] - 0.155)).toBeLessThanOrEqual(0.001);
  });

  it.each(seeds.map((seed, index) => [seed, index]))('beats popularity clearly with seed %i', (_seed, index) => {
    const { model, popularity } = measured[index];
    console.info({ model, popularity });
    expect(model['recall@20']).toBeGreaterThanOrEqual(0.31);
    expect(model['ndcg@20']).toBeGreaterThanOrEqual(1.15 * popularity['ndcg@20']);
    expect(model['coverage@20']).toBeGreaterThan(5 * popularity['coverage@20']);
  });
});
