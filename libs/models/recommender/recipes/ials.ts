import { alsHalfSweep, type AlsSolver, type HalfSweep } from '../../../compute/als-half-sweep/kernel.js';
import { transposeCsr, type Csr } from '../../../compute/csr/kernel.js';
import { Random } from '../../../compute/random/kernel.js';
import { resumeFit, runOptions, type FitContext } from '../../training/fit.js';
import type { Events } from '../events.js';
import type { FactorModel } from '../fitted-model.js';
import type { IalsPlusPlusSettings, IalsSettings } from '../settings.js';
import { weighPairs } from '../weighting.js';
import { drawFactors, factorFit, paddedDimensions, type Fit } from './fit.js';

type AlsSettings = Omit<IalsSettings, 'solver' | 'steps'>;

/**
 * Fits iALS to weighted pairs c_ui of S, minimising
 *
 *   Σ_{(u,i)∈S} c_ui (w_u·h_i − 1)² + α₀ Σ_{u,i} (w_u·h_i)² + λ Σ_u (|S_u| + α₀|I|)^ν ‖w_u‖² + λ Σ_i (|S_i| + α₀|U|)^ν ‖h_i‖²
 *
 * by alternating half sweeps from N(0, 0.1/√d) (Rendle, Krichene, Zhang, Koren 2021), warm-started.
 */
export function fitIals(events: Events, settings: IalsSettings, context: FitContext): Promise<Fit<FactorModel>> {
  const { solver, steps } = settings;
  return fitAls(events, settings, solver === 'cholesky' ? { method: solver } : { method: solver, steps }, context);
}

/** The same objective by block coordinate descent (Rendle, Krichene, Zhang, Koren 2021, "iALS++"). */
export function fitIalsPlusPlus(
  events: Events,
  settings: IalsPlusPlusSettings,
  context: FitContext,
): Promise<Fit<FactorModel>> {
  // A block no longer than the vectors; longer ones would only be padding.
  const blockSize = Math.min(settings.blockSize, paddedDimensions(settings.factors));
  return fitAls(events, settings, { method: 'block-descent', blockSize }, context);
}

async function fitAls(
  events: Events,
  settings: AlsSettings,
  solver: AlsSolver,
  context: FitContext,
): Promise<Fit<FactorModel>> {
  const { engine, seed } = context;
  const interactions = weighPairs(events, settings);
  const random = Random.seeded(seed);
  const deviation = 0.1 / Math.sqrt(settings.factors);
  const dimensions = paddedDimensions(
    settings.factors,
    solver.method === 'block-descent' ? solver.blockSize : undefined,
  );
  const drawn = { drawn: settings.factors, dimensions };
  const users = drawFactors(engine, interactions.rows, drawn, deviation, random);
  const items = drawFactors(engine, interactions.columns, drawn, deviation, random);
  const { unobservedWeight, regularization, regularizationExponent, epochs } = settings;
  const weights = { dimensions, unobservedWeight, regularization, regularizationExponent };
  const halfSweeps = 2 * epochs;
  const examples = interactions.indices.length;
  let als: Als | undefined;
  try {
    const done = resumeFit(context, { users, items });
    als = await openAls({ interactions, factors: { users, items }, weights, solver }, context);
    const { solve, settle } = als;
    const read = async () => {
      await settle();
      return { users, items };
    };
    for (let step = done; step < halfSweeps; step++) {
      await solve(step % 2 === 0 ? 'users' : 'items');
      const progress = { epoch: Math.floor(step / 2) + 1, epochs, fraction: (step + 1) / halfSweeps };
      await context.report({ ...progress, examples, state: { steps: step + 1, read } });
    }
    await settle();
    return factorFit(engine, { kind: 'factors', dimensions, users, items }, (newcomers, foldContext) =>
      foldIn(newcomers, { items, dimensions }, settings, foldContext),
    );
  } catch (error) {
    engine.release(users, items);
    throw error;
  } finally {
    als?.release();
  }
}

interface AlsProblem {
  /** `[users, items]` */
  interactions: Csr;
  /** Solved in place. */
  factors: { users: Float32Array; items: Float32Array };
  weights: Pick<HalfSweep, 'dimensions' | 'unobservedWeight' | 'regularization' | 'regularizationExponent'>;
  solver: AlsSolver;
}

/** Half sweeps on whatever carries them out. */
interface Als {
  solve: (side: 'users' | 'items') => Promise<void>;
  /** Brings the factors up to date where they are kept elsewhere meanwhile. */
  settle: () => Promise<void>;
  release: () => void;
}

/** The GPU solves to a tolerance from the last solution, without the turn into principal axes that lets the processor do with two steps. */
const GPU_STEPS = 16;
const GPU_TOLERANCE = 0.01;
const GPU_DIMENSIONS_MAX = 256;

async function openAls(problem: AlsProblem, context: FitContext): Promise<Als> {
  const { interactions, factors, weights, solver } = problem;
  const gpu = context.device?.gpu;
  const options = runOptions(context);
  if (gpu && solver.method !== 'block-descent' && weights.dimensions <= GPU_DIMENSIONS_MAX) {
    const { GpuAls } = await import('../../../compute/als-half-sweep/webgpu.js');
    const als = await GpuAls.create(gpu, interactions, factors, weights);
    const how = { method: 'conjugate-gradient', steps: GPU_STEPS, tolerance: GPU_TOLERANCE } as const;
    return {
      solve: (side) => als.sweep(side, solver.method === 'cholesky' ? solver : how, options),
      settle: async () => {
        const { users, items } = await als.read();
        factors.users.set(users);
        factors.items.set(items);
      },
      release: () => als.release(),
    };
  }
  const { users, items } = factors;
  const sides = {
    users: { interactions, solved: users, fixed: items },
    items: { interactions: transposeCsr(interactions), solved: items, fixed: users },
  };
  return {
    solve: (side) => alsHalfSweep(context.engine, { ...weights, ...sides[side] }, solver, options),
    settle: async () => {},
    release: () => {},
  };
}

/** Solves the vectors of users whom the fit never saw, exactly, with the items held fixed. */
async function foldIn(
  events: Events,
  { items, dimensions }: Pick<FactorModel, 'items' | 'dimensions'>,
  settings: AlsSettings,
  context: FitContext,
): Promise<FactorModel> {
  const interactions = weighPairs(events, settings);
  const solved = context.engine.float32(interactions.rows * dimensions);
  // The sweep rotates both sides, and the model's own users must keep fitting its items.
  const fixed = context.engine.float32(items.length);
  fixed.set(items);
  const { unobservedWeight, regularization, regularizationExponent } = settings;
  const weights = { unobservedWeight, regularization, regularizationExponent };
  const sweep = { interactions, dimensions, solved, fixed, ...weights };
  await alsHalfSweep(context.engine, sweep, { method: 'cholesky' }, runOptions(context));
  return { kind: 'factors', dimensions, users: solved, items: fixed };
}
