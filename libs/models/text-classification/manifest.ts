import type { z, ZodType } from 'zod';
import type { FamilyManifest, RecipeManifest, SourceSize } from '../family.js';
import { LABELS_MAX } from '../kinds/labelled-texts.js';
import type { RecipeChoice as Choice } from '../training/recipe.js';
import { refuseCorrection } from './corrections.js';
import { autoSettings, linearSettings, majoritySettings, naiveBayesSettings } from './settings.js';

interface InputSize {
  texts: number;
  labels: number;
  characters: number;
}

function recipe<Settings extends ZodType>(
  summary: string,
  settings: Settings,
  memoryNeeded: (settings: z.output<Settings>, size: InputSize) => number,
): RecipeManifest {
  return {
    summary,
    settings,
    memoryBytes: (chosen: Record<string, unknown>, { texts }: Record<string, SourceSize>) => {
      const { labels = 0, characters = 0 } = texts?.statistics ?? {};
      const size = {
        texts: texts?.rows ?? 0,
        labels: Math.min(Number(labels), LABELS_MAX),
        characters: Number(characters),
      };
      return memoryNeeded(chosen as z.output<Settings>, size);
    },
  };
}

/** An entry of a sparse row; the factor of two is for the copies of folds. */
const SPARSE_ENTRY_BYTES = 2 * 8;
/** Features that are learnt from at most. */
const FEATURES_MAX = 2 ** 18;

const textsNeeded = ({ texts, labels, characters }: InputSize) => 1_024 * texts + 2 * characters + 8 * texts * labels;

/** A row for each text, and a number for each feature and label, of which folds hold a copy. */
function weightsNeeded(settings: { words: number; characters: number }, size: InputSize): number {
  const entries = size.characters * (settings.words + settings.characters);
  const weights = Math.min(entries, FEATURES_MAX) * size.labels * 4;
  return textsNeeded(size) + entries * SPARSE_ENTRY_BYTES + 3 * weights;
}

/** The family of classifiers that learn from texts with labels. */
export const textClassificationManifest = {
  task: 'classification',
  summary: 'Learns what texts are about from texts with labels: intents, topics, sentiment.',
  inputs: {
    texts: { kind: 'labelled-texts', isRequired: true, summary: 'Texts with their labels' },
  },
  recipes: {
    auto: recipe(
      'Compares the recipes on texts that they have not seen, and takes the one that is right most often: the safe choice.',
      autoSettings,
      (_, size) => weightsNeeded(linearSettings.parse({}), size),
    ),
    linear: recipe(
      'Weighs words, word pairs and pieces of words for each label (a support vector machine or logistic regression): the strongest here on short texts.',
      linearSettings,
      weightsNeeded,
    ),
    'naive-bayes': recipe(
      'Counts how often each label has each word (multinomial naive Bayes): trained at once, and a baseline.',
      naiveBayesSettings,
      weightsNeeded,
    ),
    majority: recipe(
      'Always the most frequent label: the floor that every model must leave behind.',
      majoritySettings,
      // It is measured next to naive Bayes.
      (_, size) => weightsNeeded(naiveBayesSettings.parse({}), size),
    ),
  },
  refuseCorrection,
} satisfies FamilyManifest;

/** A recipe of this family. */
export type RecipeKey = keyof typeof textClassificationManifest.recipes;

/** A recipe that is fitted itself rather than by choosing another. */
export type FittableRecipe = Exclude<RecipeKey, 'auto'>;

/** A recipe with settings that its schema has passed. */
export type RecipeChoice = Choice<FittableRecipe>;
