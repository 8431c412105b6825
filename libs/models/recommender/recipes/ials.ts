import { alsHalfSweep, type AlsSolver, type HalfSweep } from '../../../compute/als-half-sweep/kernel.js';
import { transposeCsr } from '../../../compute/csr/kernel.js';
import { Random } from '../../../compute/random/kernel.js';
import type { Events } from '../events.js';
import type { FactorModel } from '../fitted-model.js';
import type { IalsPlusPlusSettings, IalsSettings } from '../settings.js';
import { weighPairs } from '../weighting.js';
import { drawFactors, factorFit, paddedDimensions, resumeFit, runOptions, type Fit, type FitContext } from './fit.js';

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
  const byUser = weighPairs(events, settings);
  const byItem = transposeCsr(byUser);
  const random = Random.seeded(seed);
  const deviation = 0.1 / Math.sqrt(settings.factors);
  const dimensions = paddedDimensions(
    settings.factors,
    solver.method === 'block-descent' ? solver.blockSize : undefined,
  );
  const drawn = { drawn: settings.factors, dimensions };
  const users = drawFactors(engine, byUser.rows, drawn, deviation, random);
  const items = drawFactors(engine, byItem.rows, drawn, deviation, random);
  const { unobservedWeight, regularization, regularizationExponent, epochs } = settings;
  const weights = { dimensions, unobservedWeight, regularization, regularizationExponent };
  const solve = (sides: Pick<HalfSweep, 'interactions' | 'solved' | 'fixed'>) =>
    alsHalfSweep(engine, { ...weights, ...sides }, solver, runOptions(context));
  try {
    const halfSweeps = 2 * epochs;
    for (let step = resumeFit(context, { users, items }); step < halfSweeps; step++) {
      if (step % 2 === 0) await solve({ interactions: byUser, solved: users, fixed: items });
      else await solve({ interactions: byItem, solved: items, fixed: users });
      const state = { steps: step + 1, arrays: { users, items } };
      const progress = { epoch: Math.floor(step / 2) + 1, epochs, fraction: (step + 1) / halfSweeps };
      await context.report({ ...progress, examples: byUser.indices.length, state });
    }
    return factorFit(engine, { kind: 'factors', dimensions, users, items }, (newcomers, foldContext) =>
      foldIn(newcomers, { items, dimensions }, settings, foldContext),
    );
  } catch (error) {
    engine.release(users, items);
    throw error;
  }
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
