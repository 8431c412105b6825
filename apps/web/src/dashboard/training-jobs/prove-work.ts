import { signUpsClearance, signUpsProve, trainingJobsCreate, unwrap } from '../../api/client';

let underWay: Promise<void> | undefined;

/**
 * Does the proof of work where one is asked for, in a thread of its own while the person goes on. A second call waits for the first.
 *
 * @throws ProblemError
 */
export function proveWork(): Promise<void> {
  underWay ??= prove().finally(() => (underWay = undefined));
  return underWay;
}

async function prove(): Promise<void> {
  const { challenge } = await unwrap(signUpsClearance());
  if (!challenge) return;
  const answer = await solve(challenge);
  await unwrap(signUpsProve({ body: { challenge: challenge.challenge, answer } }));
}

/** Starts a training once nothing is left that the browser could do for it; what a person or an operator must do, the refusal tells. */
export async function startTraining(projectId: string, modelId: string, despiteVerdict = false) {
  await proveWork().catch(() => {});
  return unwrap(trainingJobsCreate({ path: { projectId, modelId }, body: { despiteVerdict } }));
}

function solve(challenge: { challenge: string; bits: number }): Promise<number> {
  const worker = new Worker(new URL('./proof.worker.ts', import.meta.url), { type: 'module' });
  return new Promise<number>((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<number>) => resolve(data));
    worker.addEventListener('error', () => reject(new Error('the proof of work could not be done')));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    worker.postMessage(challenge);
  }).finally(() => worker.terminate());
}
