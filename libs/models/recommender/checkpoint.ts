import { z } from 'zod';
import type { Result } from '../family.js';
import type { SearchReport } from '../tasks/recommendation/task.js';
import { ArtifactError, readSafetensors, writeSafetensors, type Tensor } from '../safetensors.js';
import type { AttemptRecord } from './auto/tune.js';
import type { RecipeChoice } from './manifest.js';
import type { FitReached, FitState } from './recipes/fit.js';

/** How far a job has come next to the fit under way; what is not reached yet is null. */
export interface JobState {
  search: { attempts: AttemptRecord[]; elapsedSeconds: number } | null;
  chosen: { choice: RecipeChoice; report: SearchReport | null } | null;
  /** Of the fit on the training side; the fit on everything follows. */
  result: Result | null;
}

/** What a checkpoint must agree on with the job that goes on from it. */
export interface JobIdentity {
  recipe: string;
  settings: Record<string, unknown>;
  seed: number;
  interactions: number;
}

export const NOTHING_DONE: JobState = { search: null, chosen: null, result: null };

const FIT_PREFIX = 'fit.';
const metadataSchema = z.object({
  format: z.literal('kindred-checkpoint'),
  version: z.literal('2'),
  job: z.string(),
  state: z.string(),
});

/** JSON has no infinities, which a metric never is; the arrays keep every bit. */
export async function writeCheckpoint(
  job: JobIdentity,
  reached: JobState,
  fit: FitReached | null,
): Promise<Uint8Array<ArrayBuffer>> {
  const state = JSON.stringify({ ...reached, steps: fit?.steps ?? null });
  const arrays = Object.entries((await fit?.read()) ?? {});
  return writeSafetensors({
    metadata: { format: 'kindred-checkpoint', version: '2', job: JSON.stringify(job), state },
    tensors: Object.fromEntries(
      arrays.map(([name, array]): [string, Tensor] => [FIT_PREFIX + name, { shape: [array.length], array }]),
    ),
  });
}

/** Throws {@link ArtifactError} where the bytes are no checkpoint of this job. */
export function readCheckpoint(job: JobIdentity, bytes: Uint8Array): { reached: JobState; fit: FitState | null } {
  const { metadata, tensors } = readSafetensors(bytes);
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success) throw new ArtifactError(`Not a checkpoint: ${z.prettifyError(parsed.error)}`);
  if (parsed.data.job !== JSON.stringify(job)) throw new ArtifactError('The checkpoint is of another job.');
  const { steps, ...reached } = JSON.parse(parsed.data.state) as JobState & { steps: number | null };
  if (steps === null) return { reached, fit: null };
  const arrays = Object.entries(tensors).flatMap(([name, { array }]) =>
    name.startsWith(FIT_PREFIX) && array instanceof Float32Array ? [[name.slice(FIT_PREFIX.length), array]] : [],
  );
  return { reached, fit: { steps, arrays: Object.fromEntries(arrays) } };
}
