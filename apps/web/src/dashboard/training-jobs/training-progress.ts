import type { TrainingJobEvent } from '../../api/client';

export type JobProgress = NonNullable<TrainingJobEvent['progress']>;
export type Trial = NonNullable<JobProgress['trial']>;

/** What a training job has reported so far. */
export interface TrainingProgress {
  /** The latest report; null before the first. */
  latest: JobProgress | null;
  /** When that was. */
  latestAt: string | null;
  /** From the latest report that had one: there is none while a job evaluates. */
  examplesPerSecond: number | null;
  /** By phase and epoch, each once. */
  points: JobProgress[];
  /** Of a search, in order; those that a later attempt repeated stand once. */
  trials: Trial[];
  lines: { sequence: string; occurredAt: string; message: string }[];
}

/** The phases that go by epochs, in their order. */
export const FIT_PHASES = ['fitting', 'refitting'] as const;

/** One epoch of a chart: a value for each phase that has one. */
export type CurvePoint = { epoch: number } & Partial<Record<(typeof FIT_PHASES)[number], number>>;

/** Where a later attempt repeated an epoch, its point replaces the earlier one. */
export function readProgress(events: TrainingJobEvent[]): TrainingProgress {
  const points = new Map<string, JobProgress>();
  const trials = new Map<number, Trial>();
  const reported: TrainingProgress = {
    latest: null,
    latestAt: null,
    examplesPerSecond: null,
    points: [],
    trials: [],
    lines: [],
  };
  for (const { sequence, occurredAt, message, progress } of events) {
    if (message !== null) reported.lines.push({ sequence, occurredAt, message });
    if (!progress) continue;
    reported.latest = progress;
    reported.latestAt = occurredAt;
    if (progress.trial) trials.set(progress.trial.number, progress.trial);
    reported.examplesPerSecond = progress.examplesPerSecond ?? reported.examplesPerSecond;
    points.set(`${progress.phase} ${progress.epoch}`, progress);
  }
  reported.points = [...points.values()];
  reported.trials = [...trials.values()].sort((a, b) => a.number - b.number);
  return reported;
}

/** A number of the points over the epochs; empty where no point has it. */
export function curveOf(points: JobProgress[], pick: (point: JobProgress) => number | null | undefined): CurvePoint[] {
  const curve = new Map<number, CurvePoint>();
  for (const point of points) {
    const phase = FIT_PHASES.find((known) => known === point.phase);
    const value = pick(point);
    if (phase && typeof value === 'number')
      curve.set(point.epoch, { ...curve.get(point.epoch), epoch: point.epoch, [phase]: value });
  }
  return [...curve.values()].sort((a, b) => a.epoch - b.epoch);
}
