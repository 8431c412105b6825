import { z } from 'zod';
import { ArtifactError, readSafetensors, writeSafetensors, type Tensor } from '../safetensors.js';
import type { FitReached, FitState } from './fit.js';

const FIT_PREFIX = 'fit.';
const metadataSchema = z.object({
  format: z.literal('kindred-checkpoint'),
  version: z.literal('2'),
  job: z.string(),
  state: z.string(),
});

/**
 * JSON has no infinities, which a metric never is; the arrays keep every bit.
 *
 * @param job what a job that goes on from it must agree on, such as recipe, settings, seed and the size of the input
 * @param reached how far the job has come next to the fit under way
 */
export async function writeCheckpoint(
  job: object,
  reached: object,
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
export function readCheckpoint<Reached extends object>(
  job: object,
  bytes: Uint8Array,
): { reached: Reached; fit: FitState | null } {
  const { metadata, tensors } = readSafetensors(bytes);
  const parsed = metadataSchema.safeParse(metadata);
  if (!parsed.success) throw new ArtifactError(`Not a checkpoint: ${z.prettifyError(parsed.error)}`);
  if (parsed.data.job !== JSON.stringify(job)) throw new ArtifactError('The checkpoint is of another job.');
  const { steps, ...reached } = JSON.parse(parsed.data.state) as Reached & { steps: number | null };
  if (steps === null) return { reached: reached as unknown as Reached, fit: null };
  const arrays = Object.entries(tensors).flatMap(([name, { array }]) =>
    name.startsWith(FIT_PREFIX) && array instanceof Float32Array ? [[name.slice(FIT_PREFIX.length), array]] : [],
  );
  return { reached: reached as unknown as Reached, fit: { steps, arrays: Object.fromEntries(arrays) } };
}
