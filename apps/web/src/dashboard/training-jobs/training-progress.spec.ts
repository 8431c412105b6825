import { describe, expect, it } from 'vitest';
import type { TrainingJobEvent } from '../../api/client';
import { curveOf, readProgress, type JobProgress } from './training-progress';

let sequence = 0;

function event(attempt: number, progress: Partial<JobProgress> | null, message: string | null = null) {
  const rest = { progress: 0, epochs: 3, loss: null, validation: null, examplesPerSecond: null, trial: null };
  const full = progress && { phase: 'fitting', epoch: 0, ...rest, device: 'cpu', memoryBytes: 1, etaSeconds: null };
  const occurredAt = '2026-11-23T00:00:00.000Z';
  return { sequence: `${++sequence}`, attempt, occurredAt, message, progress: full && { ...full, ...progress } };
}

const lossesOf = (events: TrainingJobEvent[]) => curveOf(readProgress(events).points, ({ loss }) => loss);

describe('the progress of a training job', () => {
  it('takes the later attempt where two went through an epoch', () => {
    const first = [event(1, { epoch: 1, loss: 9 }), event(1, { epoch: 2, loss: 8 })];
    const second = [event(2, { epoch: 2, loss: 7 }), event(2, { epoch: 3, loss: 6 })];
    expect(lossesOf([...first, ...second])).toEqual([
      { epoch: 1, fitting: 9 },
      { epoch: 2, fitting: 7 },
      { epoch: 3, fitting: 6 },
    ]);
  });

  it('keeps the fit on all rows apart from the one that is measured', () => {
    const events = [event(1, { epoch: 1, loss: 9 }), event(1, { phase: 'refitting', epoch: 1, loss: 4 })];
    expect(lossesOf(events)).toEqual([{ epoch: 1, fitting: 9, refitting: 4 }]);
  });

  it('lists each trial of a search once, whichever attempt made it', () => {
    const trial = (number: number, value: number) => {
      return { trial: { number, recipe: 'ials', metric: 'ndcg@20', value, seconds: 1, isOnSample: false } };
    };
    const events = [event(1, trial(1, 0.1)), event(1, trial(2, 0.2)), event(2, trial(2, 0.2)), event(2, trial(3, 0.3))];
    expect(readProgress(events).trials.map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  it('has no curve of what was never measured, and remembers the latest rate', () => {
    const events = [event(1, { epoch: 1, examplesPerSecond: 500 }), event(1, { phase: 'evaluating' })];
    expect(lossesOf(events)).toEqual([]);
    expect(readProgress(events)).toMatchObject({ latest: { phase: 'evaluating' }, examplesPerSecond: 500 });
  });

  it('lists what was logged', () => {
    const { lines, latest } = readProgress([event(1, null, 'Going on from the last checkpoint.')]);
    expect(lines.map(({ message }) => message)).toEqual(['Going on from the last checkpoint.']);
    expect(latest).toBeNull();
  });
});
