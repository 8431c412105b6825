import { z } from 'zod';

const labels = z
  .enum(['as_given', 'sentiment'])
  .default('as_given')
  .describe(
    'How labels are read: as they are given, or as a sentiment, so that words such as good, 0 and 1 and one to five stars become negative, neutral and positive.',
  );

/** Of what a text is made. */
const features = {
  words: z
    .int()
    .min(0)
    .max(3)
    .default(2)
    .describe('Longest run of words that is learnt from: 1 single words, 2 pairs too. 0 leaves words out.'),
  characters: z
    .int()
    .min(0)
    .max(6)
    .default(5)
    .describe(
      'Longest run of characters within a word that is learnt from; catches endings and misspellings. 0 leaves characters out.',
    ),
};

export const linearSettings = z.strictObject({
  labels,
  ...features,
  loss: z
    .enum(['logistic', 'squared-hinge'])
    .default('squared-hinge')
    .describe(
      'What a training text costs that is not clearly on its side: logistic lets every text count, squared-hinge (a support vector machine) those near the border alone.',
    ),
  cost: z
    .number()
    .min(0.01)
    .max(1_000)
    .default(0.7)
    .describe('How much training texts count next to simplicity. More fits them closer, less generalises further.'),
  naiveBayes: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('How much of the weights of naive Bayes is added, which steadies what few texts say. 0 adds nothing.'),
});

export const naiveBayesSettings = z.strictObject({
  labels,
  words: features.words,
  characters: features.characters.default(0),
});

export const majoritySettings = z.strictObject({ labels });

export const autoSettings = z.strictObject({
  labels,
  budgetSeconds: z
    .int()
    .min(5)
    .max(3_600)
    .default(40)
    .describe('How long to compare recipes and settings, in seconds of an idle machine.'),
});

export type FeatureSettings = Pick<z.output<typeof linearSettings>, 'words' | 'characters'>;
export type LinearSettings = z.output<typeof linearSettings>;
export type AutoSettings = z.output<typeof autoSettings>;

/** What every recipe may be told of its labels. */
export type LabelSettings = z.output<typeof majoritySettings>;
