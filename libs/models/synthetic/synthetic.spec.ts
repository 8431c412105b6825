import { describe, expect, it } from 'vitest';
import type { KindKey } from '../kinds/kinds.js';
import { makeSynthetic } from './make-synthetic.js';
import { topicOfItem, type SyntheticChoice } from './world.js';

const CHOICE: SyntheticChoice = { rows: 6_000, seed: 7, users: 300, items: 200, language: 'en' };

async function make(kind: KindKey, changes: Partial<SyntheticChoice> = {}) {
  const pieces: Buffer[] = [];
  for await (const piece of makeSynthetic(kind, { ...CHOICE, ...changes })) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

const rowsOf = (csv: string) =>
  csv
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));

describe('synthetic data', () => {
  it('are the same by the same seed, others by another, and as many as were asked for', async () => {
    for (const kind of ['interactions', 'items', 'users', 'labelled-texts'] as const) {
      const csv = await make(kind);
      expect(await make(kind)).toBe(csv);
      expect(await make(kind, { seed: 8 })).not.toBe(csv);
      expect(rowsOf(csv)).toHaveLength(CHOICE.rows);
      for (const row of rowsOf(await make(kind, { language: 'zh', rows: 200 })))
        expect(row).toHaveLength(csv.split('\n', 1)[0]!.split(',').length);
    }
    expect(rowsOf(await make('interactions', { rows: 1, users: undefined, items: undefined }))).toHaveLength(1);
  });

  it('of interactions let what is liked together beat what is liked by many', async () => {
    const rows = rowsOf(await make('interactions')).map(([user, item]) => [user!, item!] as const);
    // The last item of each user is held out; rows are in the order of time.
    const ofUser = new Map<string, string[]>();
    for (const [user, item] of rows) ofUser.set(user, [...new Set([...(ofUser.get(user) ?? []), item])]);
    const counts = new Map<string, number>();
    const together = new Map<string, Map<string, number>>();
    const tests: { seen: string[]; wanted: string }[] = [];
    for (const items of ofUser.values()) {
      if (items.length < 3) continue;
      const seen = items.slice(0, -1);
      tests.push({ seen, wanted: items.at(-1)! });
      for (const item of seen) {
        counts.set(item, (counts.get(item) ?? 0) + 1);
        const others = together.get(item) ?? new Map<string, number>();
        together.set(item, others);
        for (const other of seen) if (other !== item) others.set(other, (others.get(other) ?? 0) + 1);
      }
    }
    const hits = (score: (seen: string[], item: string) => number) =>
      tests.filter(({ seen, wanted }) => {
        const left = [...counts.keys()].filter((item) => !seen.includes(item));
        const best = left.map((item) => [score(seen, item), item] as const).sort(([a], [b]) => b - a);
        return best.slice(0, 20).some(([, item]) => item === wanted);
      }).length / tests.length;
    const popularity = hits((_, item) => counts.get(item)!);
    const cosine = (a: string, b: string) =>
      (together.get(a)?.get(b) ?? 0) / Math.sqrt(counts.get(a)! * counts.get(b)!);
    const likeness = hits((seen, item) => seen.reduce((sum, each) => sum + cosine(each, item), 0));
    expect(tests.length).toBeGreaterThan(200);
    expect(likeness).toBeGreaterThan(1.3 * popularity);
    // A long tail: a tenth of the items has more than a quarter of the rows.
    const sorted = [...counts.values()].sort((a, b) => b - a);
    const sum = (list: number[]) => list.reduce((total, each) => total + each, 0);
    expect(sum(sorted.slice(0, sorted.length / 10)) / sum(sorted)).toBeGreaterThan(0.25);
  });

  it('of interactions have busier weekends, and months of their own for each topic', async () => {
    const rows = rowsOf(await make('interactions', { rows: 20_000 }));
    const days = new Map<number, number>();
    const quarters = new Map<number, number[]>();
    for (const row of rows) {
      const date = new Date(Number(row[4]) * 1_000);
      days.set(date.getUTCDay(), (days.get(date.getUTCDay()) ?? 0) + 1);
      const topic = topicOfItem(CHOICE.seed, Number(row[1]!.slice(5)) - 1);
      const own = quarters.get(topic) ?? [0, 0, 0, 0];
      own[Math.floor(date.getUTCMonth() / 3)]!++;
      quarters.set(topic, own);
    }
    const weekdays = [1, 2, 3, 4, 5].map((day) => days.get(day)!);
    expect(Math.min(days.get(0)!, days.get(6)!)).toBeGreaterThan(1.2 * Math.max(...weekdays));
    for (const own of quarters.values()) expect(Math.max(...own)).toBeGreaterThan(2 * Math.min(...own));
  });

  it('of items say the topic by which the same seed lets users choose them', async () => {
    const topics = new Map<number, string>();
    rowsOf(await make('items', { rows: 200 })).forEach(([, , topic], item) => {
      const known = topics.get(topicOfItem(CHOICE.seed, item));
      expect(topic).toBe(known ?? topic);
      topics.set(topicOfItem(CHOICE.seed, item), topic!);
    });
    expect(new Set(topics.values()).size).toBe(8);
  });

  it('of texts name their class by their words, in eight classes of like size', async () => {
    const counts = new Map<string, number>();
    for (const [, label] of rowsOf(await make('labelled-texts'))) counts.set(label!, (counts.get(label!) ?? 0) + 1);
    expect(counts.size).toBe(8);
    for (const count of counts.values()) expect(count).toBeGreaterThan(600);
  });
});
