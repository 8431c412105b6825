import os from 'node:os';
import process from 'node:process';
import type { Engine } from '../../compute/engine/engine.js';
import { TrainingInputError } from '../family.js';

/** The rest is for the input, its copies, and whatever else runs here. */
const SHARE_OF_MEMORY = 0.5;

/** What a fit may hold where nobody says otherwise: half of the memory of this container or machine, or of what the engine reaches. */
export function defaultMemoryBytesMax({ memoryBytesMax }: Engine): number {
  const limit = process.constrainedMemory();
  const installed = os.totalmem();
  return SHARE_OF_MEMORY * Math.min(limit || Infinity, installed, memoryBytesMax);
}

/** What a fit would hold, and of what; `remedy` tells the customer what to do where that is too much. */
export interface MemoryWanted {
  recipe: string;
  bytes: number;
  data: string;
  remedy: string;
}

/** Throws {@link TrainingInputError} where the fit would not fit. */
export function assertFits({ recipe, bytes, data, remedy }: MemoryWanted, bytesMax: number): void {
  if (bytes <= bytesMax) return;
  throw new TrainingInputError(
    `The recipe "${recipe}" needs about ${gibibytes(bytes)} GiB of memory for ${data}, but ${gibibytes(bytesMax)} GiB are there. ${remedy}`,
  );
}

function gibibytes(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}
