import { allFinite } from '../../../compute/all-finite/kernel.js';
import { solveRows } from '../../../compute/als-half-sweep/kernel.js';
import { transposeCsr, type Csr } from '../../../compute/csr/kernel.js';
import { gram } from '../../../compute/gram/kernel.js';
import { Random } from '../../../compute/random/kernel.js';
import { TrainingInputError } from '../../family.js';
import type { IalsSettings } from '../manifest.js';

/** The score of an item for a user is the dot product of their rows. */
export interface Factors {
  dimensions: number;
  /** `[users, dimensions]` */
  users: Float32Array;
  /** `[items, dimensions]` */
  items: Float32Array;
}

export interface FitProgress {
  /** The sweep under way, from 1. */
  epoch: number;
  /** 0..1 over the whole fit. */
  fraction: number;
}

/** Work between two yields, in interactions visited times dimensions; about half a second on one thread. */
const WORK_PER_STEP = 32_000_000;

/**
 * Fits iALS to deduplicated interactions `[users, items]`, minimising
 *
 *   Σ_{(u,i)∈S} (w_u·h_i − 1)² + α₀ Σ_{u,i} (w_u·h_i)² + λ Σ_u (|S_u| + α₀|I|)^ν ‖w_u‖² + λ Σ_i (|S_i| + α₀|U|)^ν ‖h_i‖²
 *
 * by alternating half sweeps from N(0, 0.1/√d) (Rendle, Krichene, Zhang, Koren 2021). Yields after each slice of rows.
 * Throws {@link TrainingInputError} when the factors stop being finite.
 */
export function* fitIals(interactions: Csr, settings: IalsSettings, seed: number): Generator<FitProgress, Factors> {
  const { factors: dimensions, epochs } = settings;
  const random = Random.seeded(seed);
  const byItem = transposeCsr(interactions);
  const users = drawFactors(interactions.rows, dimensions, random);
  const items = drawFactors(byItem.rows, dimensions, random);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const half of solveSide(interactions, users, items, settings))
      yield { epoch, fraction: (epoch - 1 + half / 2) / epochs };
    for (const half of solveSide(byItem, items, users, settings))
      yield { epoch, fraction: (epoch - 0.5 + half / 2) / epochs };
    assertFinite(users, items);
  }
  return { dimensions, users, items };
}

/** Solves all rows of one side in slices of even work; yields the share done, ending with 1. */
function* solveSide(
  interactions: Csr,
  solved: Float32Array,
  fixed: Float32Array,
  settings: IalsSettings,
): Generator<number> {
  const dimensions = settings.factors;
  const sweep = { ...settings, interactions, dimensions, solved, fixed, fixedGram: gram(fixed, dimensions) };
  for (let start = 0; start < interactions.rows;) {
    const end = endOfSlice(interactions, start, dimensions);
    solveRows(sweep, { start, end });
    yield end / interactions.rows;
    start = end;
  }
}

/** A row costs its interactions plus half the dimensions: 2d operations an interaction, d² for the Gram product. */
function endOfSlice({ offsets, rows }: Csr, start: number, dimensions: number): number {
  let end = start;
  for (let work = 0; end < rows && work < WORK_PER_STEP; end++) {
    work += (offsets[end + 1] - offsets[end] + dimensions / 2) * dimensions;
  }
  return end;
}

function drawFactors(rows: number, dimensions: number, random: Random): Float32Array {
  const deviation = 0.1 / Math.sqrt(dimensions);
  return Float32Array.from({ length: rows * dimensions }, () => deviation * random.gaussian());
}

/** Throws {@link TrainingInputError} when a value is NaN or infinite. */
export function assertFinite(...arrays: Float32Array[]): void {
  if (arrays.every(allFinite)) return;
  throw new TrainingInputError(
    'Training stopped because the model left the range of numbers. Raise "regularization" or lower "unobservedWeight", then train again.',
  );
}
