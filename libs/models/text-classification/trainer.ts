import { training, TrainingInputError, type Trainer, type TrainerOptions } from '../family.js';
import { LABELS_MAX } from '../kinds/labelled-texts.js';
import { createTrainer, type Learner, type SearchFor } from '../training/trainer.js';
import { writeArtifact } from './artifact.js';
import { tune } from './auto/tune.js';
import { holdOut, type HeldOut } from './evaluation/hold-out.js';
import { measureFit } from './evaluation/measure.js';
import { fitClassifier, type Fit } from './fit.js';
import { readInput, type TextsInput } from './input.js';
import type { LabelledTexts } from './labelled-texts.js';
import type { FittableRecipe } from './manifest.js';
import { parseChoice } from './recipes/recipes.js';
import { asSentiment } from './sentiment.js';
import type { AutoSettings, LabelSettings } from './settings.js';

/**
 * Fits on what is not held out, measures on the rest with the baselines next to the model, then refits on everything. Throws
 * {@link TrainingInputError} when the recipe, its settings or the input cannot be used.
 */
export function createTextClassificationTrainer(given: TextsInput, options: TrainerOptions): Trainer {
  const { labels } = parseChoice(options.recipe, options.settings).settings as LabelSettings;
  const input = labels === 'sentiment' && given.texts.length > 0 ? asSentiment(given) : given;
  assertTrainable(input);
  return createTrainer(learnerOf(input, options), options);
}

export const startTextClassification = training(readInput, createTextClassificationTrainer);

function learnerOf(input: TextsInput, options: TrainerOptions): Learner<LabelledTexts, HeldOut, FittableRecipe, Fit> {
  const { recipe, settings } = parseChoice(options.recipe, options.settings);
  const { engine, seed, signal } = options;
  const searchFor: SearchFor<LabelledTexts, FittableRecipe> = (train, progress) =>
    tune(train, { engine, seed, signal, budgetSeconds: (settings as AutoSettings).budgetSeconds, ...progress });
  return {
    identity: { recipe, settings, seed, texts: input.texts.length },
    data: input,
    holdOut: () => holdOut(input, seed),
    choose: recipe === 'auto' ? searchFor : { recipe, settings },
    fit: fitClassifier,
    measure: (choice, fit, heldOut, report) =>
      measureFit(choice, fit, heldOut, input, {
        engine,
        seed,
        signal,
        report: ({ fraction }) => report(fraction),
      }),
    publish: ({ classifier }) => writeArtifact({ classifier, labels: input.labels }),
  };
}

function assertTrainable({ texts, labels }: TextsInput): void {
  if (texts.length === 0) {
    throw new TrainingInputError(
      'No row has a label. Name the column that holds the labels when you upload, or add labels, then train again.',
    );
  }
  if (labels.length < 2) {
    throw new TrainingInputError(
      `All ${texts.length} rows have the label "${labels[0]}". A classifier needs at least 2 labels: add texts of another, then train again.`,
    );
  }
  if (labels.length > LABELS_MAX) {
    throw new TrainingInputError(
      `There are ${labels.length} labels, and a classifier takes at most ${LABELS_MAX}. Check that the column of the labels is the right one, or merge rare labels, then train again.`,
    );
  }
}
