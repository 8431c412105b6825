/** How long a claimed row stays its worker's without word from it. */
export const LEASE_SECONDS = 30;

const SWEEP_MS = 10_000;

/** Thrown into work whose row is no longer this worker's: another has it, or it was cancelled. */
export class LeaseLostError extends Error {
  constructor() {
    super('The row was claimed by another worker or cancelled.');
  }
}

/**
 * Runs `work` while `extend` keeps its row claimed.
 *
 * @param extend pushes the row's lease on; false when the row is no longer this worker's, which aborts the signal
 */
export async function withLease<T>(
  extend: () => Promise<boolean>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const beat = async () => {
    // A database that is away for a moment is no reason to stop: the lease outlives several beats.
    const isOurs = await extend().catch(() => true);
    if (!isOurs) controller.abort(new LeaseLostError());
  };
  const timer = setInterval(() => void beat(), (LEASE_SECONDS * 1000) / 15);
  try {
    return await work(controller.signal);
  } finally {
    clearInterval(timer);
  }
}

/** Calls `sweep` now and then until the process ends; a failed sweep is the next one's work. */
export function startSweeping(sweep: () => Promise<void>, onError: (error: Error) => void): NodeJS.Timeout {
  const once = () => void sweep().catch(onError);
  once();
  return setInterval(once, SWEEP_MS).unref();
}
