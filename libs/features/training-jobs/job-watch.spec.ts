import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { JobWatch } from './job-watch.js';
import type { TrainingJob, TrainingJobEvent } from './training-jobs.schema.js';

const event = (sequence: number) => ({ sequence: String(sequence) }) as TrainingJobEvent;

it('reads the job once a round however many follow it, tells all of them what is new, and ends with it', async () => {
  const closing = new AbortController();
  const job = { status: 'running', attempt: 1, finishedAt: null } as TrainingJob;
  const rounds = [
    { job, events: [], last: 7n },
    { job, events: [event(8), event(9)], last: 9n },
    { job: { ...job, status: 'succeeded', finishedAt: 'now' } as TrainingJob, events: [event(10)], last: 10n },
  ];
  let reads = 0;
  const watch = new JobWatch(async () => rounds[reads++]!, closing.signal);
  watch.followers = 50;
  const follow = async () => {
    const heard: string[] = [];
    let after = 7n;
    for (;;) {
      const { news } = watch;
      for (const { sequence } of watch.after(after) ?? []) {
        heard.push(sequence);
        after = BigInt(sequence);
      }
      if (watch.job?.finishedAt) return heard;
      await watch.waitAfter(news, 10_000, closing.signal);
    }
  };
  const heard = await Promise.all(Array.from({ length: 50 }, follow));
  for (const each of heard) expect(each).toEqual(['8', '9', '10']);
  expect(reads).toBe(3);
  await sleep(700);
  expect(reads).toBe(3);
  // Whoever comes with less than what is kept reads the table.
  expect(watch.after(3n)).toBeNull();
});

it('tells its followers what its read met, and stops', async () => {
  const watch = new JobWatch(() => Promise.reject(new Error('no database')), new AbortController().signal);
  watch.followers = 1;
  await expect(watch.waitAfter(0, 5_000, new AbortController().signal)).rejects.toThrow('no database');
});
