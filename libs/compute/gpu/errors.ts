/** The device went away under way: driver reset, unplugged, or destroyed. Nothing on it can be had back: open another. */
export class GpuLostError extends Error {
  override readonly name = 'GpuLostError';

  constructor(reason: string) {
    super(
      `The GPU was lost (${reason}), and with it all that was on it: start again, from a checkpoint if there is one. ` +
        'If it happens again, look for a driver reset in the log of the system.',
    );
  }
}

/** The device has no room for a buffer; what is on it already is untouched. */
export class GpuOutOfMemoryError extends Error {
  override readonly name = 'GpuOutOfMemoryError';

  constructor(bytes: number, bytesInUse: number, why: string) {
    super(
      `The GPU has no room for ${inMebibytes(bytes)} next to the ${inMebibytes(bytesInUse)} in use: ${why}. ` +
        'Train with fewer dimensions, store factors as f16, or use a GPU with more memory.',
    );
  }
}

function inMebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
