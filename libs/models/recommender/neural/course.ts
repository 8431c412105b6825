import { hash32 } from '../../../compute/random/kernel.js';
import { userOffsets, type Events } from '../events.js';
import { resumeFit, type FitContext, type FitReached } from '../recipes/fit.js';
import type { Parameters } from './parameters.js';

const VALIDATED_SHARE = 0.05;
const VALIDATED_USERS_MAX = 2_000;
/** A mean over fewer users would stop training by chance. */
const VALIDATED_USERS_MIN = 50;
/** Users with a shorter history have too little to lose of it. */
const HISTORY_MIN = 3;

/** The course of a fit by epochs: the best weights by a validation metric, when to stop, and what a checkpoint keeps of it. */
export class Course {
  /** Whose latest item is held out; none where the data is too small for it. */
  users = new Uint32Array(0);
  private readonly parameters: Record<string, Parameters>;
  private readonly patience: number;
  /** The best values of each parameter; null before the first epoch and without validation. */
  private best: Record<string, Float32Array> | null = null;
  /** The best metric, and epochs since; single precision, as the checkpoint keeps it. */
  private readonly marks = Float32Array.of(-1, 0);

  constructor(parameters: Record<string, Parameters>, patience: number) {
    this.parameters = parameters;
    this.patience = patience;
  }

  get isOver(): boolean {
    return this.marks[1] >= this.patience;
  }

  /** Draws users to validate on; returns `[users]`, 1 for those drawn. */
  chooseUsers(events: Events, seed: number): Uint8Array {
    const offsets = userOffsets(events);
    const eligible = Array.from({ length: events.userCount }, (_, user) => user).filter(
      (user) => offsets[user + 1] - offsets[user] >= HISTORY_MIN,
    );
    const count = Math.min(VALIDATED_USERS_MAX, Math.floor(VALIDATED_SHARE * eligible.length));
    if (count >= VALIDATED_USERS_MIN) {
      const drawn = eligible.map((user) => [hash32(seed, user, 4), user]).sort(([a], [b]) => a! - b!);
      this.users = Uint32Array.from(drawn.slice(0, count), ([, user]) => user!).sort();
    }
    const isDrawn = new Uint8Array(events.userCount);
    for (const user of this.users) isDrawn[user] = 1;
    return isDrawn;
  }

  /** Hears the metric after an epoch. */
  note(value: number | null): void {
    if (value === null) return;
    if (value > this.marks[0]) {
      this.marks[0] = value;
      this.marks[1] = 0;
      this.best = mapValues(this.parameters, ({ values }) => values.slice());
    } else {
      this.marks[1]++;
    }
  }

  /** Puts the best values back in place. */
  takeBest(): void {
    for (const [name, values] of Object.entries(this.best ?? {})) this.parameters[name]!.values.set(values);
  }

  state(steps: number): FitReached {
    return { steps, read: () => this.arrays() };
  }

  /** Returns the epochs that are done. */
  resume(context: FitContext): number {
    if (context.resume && this.users.length > 0) this.best = mapValues(this.parameters, ({ values }) => values.slice());
    return resumeFit(context, this.arrays());
  }

  private arrays(): Record<string, Float32Array> {
    const current = Object.entries(this.parameters).map(([name, parameters]) => parameters.state(name));
    const best = Object.entries(this.best ?? {}).map(([name, values]) => ({ [`best.${name}`]: values }));
    return Object.assign({ marks: this.marks }, ...current, ...best);
  }
}

function mapValues<T, R>(record: Record<string, T>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
