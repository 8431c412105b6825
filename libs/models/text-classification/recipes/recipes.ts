import type { Csr } from '../../../compute/csr/kernel.js';
import { TrainingInputError } from '../../family.js';
import type { FitContext } from '../../training/fit.js';
import { parseChoice as parse, type RecipeChoice as Choice } from '../../training/recipe.js';
import type { SourceSettings } from '../features/sources.js';
import type { VectorizerSettings } from '../features/vectorizer.js';
import type { LabelledTexts, Targets } from '../labelled-texts.js';
import { textClassificationManifest, type RecipeChoice, type RecipeKey } from '../manifest.js';
import type { FeatureSettings, LinearSettings } from '../settings.js';
import { leanOn } from './lean-on.js';
import type { LinearModel } from './linear-model.js';
import { fitLinear } from './linear.js';
import { fitMajority } from './majority.js';
import { fitNaiveBayes } from './naive-bayes.js';

/** Throws {@link TrainingInputError} where there is no such recipe or its schema refuses the settings. */
export function parseChoice(recipe: string, settings: unknown): Choice<RecipeKey> {
  return parse(textClassificationManifest.recipes, recipe, settings);
}

/** Most features that are learnt from; fewer where there are many labels, of which each has a weight for every one. */
const FEATURES_MAX = 2 ** 18;
const WEIGHTS_MAX = 2 ** 26;

/** From so many texts on, what a single one has says nothing of others; of fewer, all that they have is needed. */
const TEXTS_ENOUGH = 1_000;

/** Of what the recipe makes these texts. */
export function featureSettingsOf({ settings }: RecipeChoice, { texts, targets }: LabelledTexts): VectorizerSettings {
  const { words = 1, characters = 0 } = settings as Partial<FeatureSettings>;
  const sources: SourceSettings[] = [];
  // Words and characters of Chinese say more each, so that runs of them are shorter.
  if (words > 0) sources.push({ kind: 'words', spaced: [1, words], unspaced: [1, Math.min(words, 2)], weight: 1 });
  if (characters > 0) {
    const [spaced, unspaced] = [
      [Math.min(3, characters), characters],
      [1, Math.min(characters, 4)],
    ] as const;
    sources.push({ kind: 'characters', spaced, unspaced, weight: 1 });
  }
  if (sources.length === 0) throw new TrainingInputError(NO_FEATURES);
  const maxFeatures = Math.min(FEATURES_MAX, Math.floor(WEIGHTS_MAX / targets.classes));
  return { sources, minDocuments: texts.length < TEXTS_ENOUGH ? 1 : 2, maxFeatures };
}

const NO_FEATURES =
  'The settings leave out both words and characters, so that nothing of a text is left. Raise "words" or "characters", then train again.';

export async function fitModel(
  { recipe, settings }: RecipeChoice,
  rows: Csr,
  targets: Targets,
  context: FitContext,
): Promise<LinearModel> {
  switch (recipe) {
    case 'linear':
      return fitSteadied(rows, targets, settings as LinearSettings, context);
    case 'naive-bayes':
      return fitNaiveBayes(rows, targets, context.signal);
    case 'majority':
      return fitMajority(0, targets);
  }
}

async function fitSteadied(rows: Csr, targets: Targets, settings: LinearSettings, context: FitContext) {
  const { signal } = context;
  const model = await fitLinear(rows, targets, settings, context);
  if (settings.naiveBayes === 0) return model;
  return leanOn(model, await fitNaiveBayes(rows, targets, signal), settings.naiveBayes, signal);
}
