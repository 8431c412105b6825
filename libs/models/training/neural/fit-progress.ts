import { resumeFit, type FitContext, type FitReached } from '../fit.js';
import type { Parameters } from './parameters.js';

/** The progress of a fit by epochs: the best weights by a validation metric, when to stop, and what a checkpoint keeps of it. */
export class FitProgress {
  /** The best values of each parameter; null before the first epoch and without validation. */
  private best: Record<string, Float32Array> | null = null;
  /** The best metric, and epochs since; single precision, as the checkpoint keeps it. */
  private readonly marks = Float32Array.of(-1, 0);

  /**
   * @param patience epochs without a better metric after which training stops
   * @param isValidated whether {@link recordMetric} will get a metric
   */
  constructor(
    private readonly parameters: Record<string, Parameters>,
    private readonly patience: number,
    private readonly isValidated: boolean,
  ) {}

  get isOver(): boolean {
    return this.marks[1] >= this.patience;
  }

  /** Takes the metric after an epoch. */
  recordMetric(value: number | null): void {
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
    if (context.resume && this.isValidated) this.best = mapValues(this.parameters, ({ values }) => values.slice());
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
