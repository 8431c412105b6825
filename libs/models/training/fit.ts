import type { Device } from '../../compute/device/open-device.js';
import type { TensorFlow } from '../../compute/device/tensorflow.js';
import type { Engine, RunOptions } from '../../compute/engine/engine.js';

/** How far a fit has come. */
export interface FitProgress {
  /** The sweep under way, from 1; 0 for a recipe without sweeps. */
  epoch: number;
  /** Sweeps of the fit; 0 for a recipe without sweeps. */
  epochs: number;
  /** 0..1 over the whole fit. */
  fraction: number;
  /** Examples gone through since the last report. */
  examples?: number;
  /** Mean training loss since the last report. */
  loss?: number;
  validation?: { metric: string; value: number };
  /** May be asked for until the report's promise resolves. */
  state?: FitReached;
}

/** Where a fit stands; reading it may cost something. */
export interface FitReached {
  steps: number;
  read: () => FitState['arrays'] | Promise<FitState['arrays']>;
}

/** What a fit needs to go on from here. */
export interface FitState {
  /** Slices of work done, in whatever the recipe counts. */
  steps: number;
  arrays: Record<string, Float32Array>;
}

/** What a fit is given next to its data and settings. */
export interface FitContext {
  engine: Engine;
  /** What trains next to the engine; the processor where it is absent. */
  device?: Device | undefined;
  seed: number;
  signal?: AbortSignal | undefined;
  /** Where an earlier attempt at the same fit had come to. */
  resume?: FitState | null | undefined;
  /** Called between slices of work; rejects once the fit is to end. */
  report: (progress: FitProgress) => Promise<void>;
}

/** Copies what an earlier attempt had reached into the arrays; returns the steps that it had done. */
export function resumeFit({ resume }: FitContext, arrays: Record<string, Float32Array>): number {
  if (!resume) return 0;
  for (const [name, array] of Object.entries(arrays)) {
    const saved = resume.arrays[name];
    if (saved?.length !== array.length) throw new Error(`The checkpoint's "${name}" is not of this fit.`);
    array.set(saved);
  }
  return resume.steps;
}

/** Loading it takes a while, and most recipes do without. */
export async function tensorFlowOf({ device }: FitContext): Promise<TensorFlow> {
  const { PROCESSOR } = await import('../../compute/device/open-device.js');
  return (device ?? PROCESSOR).tensorFlow();
}

export function runOptions({ signal }: FitContext): RunOptions {
  return signal ? { signal } : {};
}
