import { z } from 'zod';
import { searchReportSchema } from '../search-report.js';
import type { Task } from '../task.js';

/** As many as an uploaded text may have: test/architecture/bounds.spec.ts holds it against the platform's bound. */
export const TEXT_CHARACTERS_MAX = 10_000;
export const TEXTS_MAX = 100;
/** So that an answer stays below what one may hold. */
const CLASSES_MAX = 20;
const NEAREST_MAX = 10;

const textSchema = z.string().min(1).max(TEXT_CHARACTERS_MAX);
const scoreSchema = z.number().min(0).max(1);

export const classifySchema = z
  .object({
    text: textSchema.optional().describe('One text; or several in texts'),
    texts: z.array(textSchema).min(1).max(TEXTS_MAX).optional().describe('Several texts, answered in their order'),
    topK: z.int().min(1).max(CLASSES_MAX).default(5).describe('How many classes to list, the most likely first'),
    minScore: scoreSchema
      .optional()
      .describe(
        'Below this the answer is an abstention; by default where the version is expected to be right often enough',
      ),
    explain: z.boolean().default(false).describe('List the pieces of the text that weighed most'),
    nearest: z
      .int()
      .min(0)
      .max(NEAREST_MAX)
      .default(0)
      .describe(
        `How many of the most similar training rows to list; of several texts at most ${NEAREST_MAX * 10} together`,
      ),
  })
  .refine(({ text, texts }) => (text === undefined) !== (texts === undefined), {
    path: ['text'],
    message: 'give either text or texts',
  })
  .refine(({ texts, nearest }) => (texts?.length ?? 1) * nearest <= NEAREST_MAX * 10, {
    path: ['nearest'],
    message: `of all texts together at most ${NEAREST_MAX * 10} rows are listed`,
  })
  .meta({ examples: [{ text: 'My new card has not come yet', topK: 5, explain: false, nearest: 0 }] });

const pieceSchema = z.object({
  text: z.string(),
  start: z.int().min(0).describe('Where it begins, in UTF-16 code units, as in JavaScript'),
  end: z.int().min(0).describe('Where it ends, exclusive'),
  weight: z.number().describe('How much it speaks for the first class; below 0 against it'),
});

export const classificationSchema = z.object({
  labels: z
    .array(z.string())
    .describe(
      'What the text is: one label, with several labels a text those over their thresholds; empty on abstention',
    ),
  classes: z.array(
    z.object({
      label: z.string(),
      score: scoreSchema.describe('The chance that it is right, as measured on texts that were held out'),
    }),
  ),
  abstained: z.boolean(),
  reason: z
    .enum(['low_confidence', 'out_of_scope'])
    .optional()
    .describe('Why it abstained: no class is likely enough, or the text is unlike all that it has learnt from'),
  explanation: z.array(pieceSchema).optional(),
  nearest: z
    .array(
      z.object({
        text: z.string(),
        labels: z.array(z.string()),
        similarity: scoreSchema.describe('1 for the same words'),
      }),
    )
    .optional(),
});

export const classificationsSchema = z.object({ results: z.array(classificationSchema) });

const exampleSchema = z.object({ text: z.string().describe('Its first 200 characters'), labels: z.array(z.string()) });

export const classificationReportSchema = z.object({
  search: searchReportSchema.optional().describe('How the recipe was chosen'),
  severalLabels: z.boolean().describe('Whether a text may have several labels'),
  labels: z
    .array(
      z.object({
        label: z.string(),
        precision: z
          .number()
          .nullable()
          .describe('Of the texts that were given it, the share that have it; null where none was'),
        recall: z
          .number()
          .nullable()
          .describe('Of the texts that have it, the share that were given it; null where none has'),
        f1: z.number(),
        support: z.int().describe('Held-out texts that have it'),
        threshold: z.number().nullable().describe('With several labels: from which score it is given'),
      }),
    )
    .describe('By support, the largest first'),
  confusions: z
    .array(
      z.object({
        actual: z.string(),
        predicted: z.string(),
        count: z.int(),
        examples: z.array(z.string()),
      }),
    )
    .describe('Pairs of labels that are mistaken for each other, the most frequent first'),
  calibration: z
    .array(z.object({ score: z.number(), accuracy: z.number(), count: z.int() }))
    .describe('Held-out texts by the score of their first class: the mean score, and how many were right'),
  riskCoverage: z
    .array(
      z.object({
        minScore: z.number(),
        coverage: z.number().describe('Share of held-out texts that would be answered'),
        accuracy: z.number().describe('Share of those that would be right'),
      }),
    )
    .describe('What each minScore comes to, rising'),
  minScore: z.number().describe('Of calls that name none'),
  outOfScopeBelow: z.number().nullable().describe('How alike a text must be to what was learnt from to be answered'),
  learningCurve: z
    .array(z.object({ rows: z.int(), accuracy: z.number() }))
    .describe('What a part of the training rows would have reached'),
  moreLabels: z.enum(['would_help', 'would_help_little', 'unknown']).describe('Whether the learning curve still rises'),
  labelErrors: z
    .array(exampleSchema.extend({ suggested: z.array(z.string()), score: z.number() }))
    .describe('Rows whose label is probably wrong, the surest first'),
  labelNext: z
    .array(
      z.object({
        text: z.string().describe('Whole, to be uploaded with its label'),
        reason: z.enum(['unsure', 'out_of_scope', 'random']),
      }),
    )
    .describe('Rows without a label that would teach most'),
});

const perText = { most: (request: ClassifyRequest) => textsOf(request).length };

/** What a text is. */
export const classification = {
  summary: 'What a text is: its topic, intent, sentiment or any other label',
  operations: {
    classifications: {
      summary: 'Classifies texts',
      request: classifySchema,
      answer: classificationsSchema,
      isLong: true,
      keeps: (request: ClassifyRequest) => ({ texts: textsOf(request) }),
      meters: {
        classification_requests: { most: () => 1, used: () => 1 },
        classified_texts: { ...perText, used: perText.most },
      },
    },
  },
  metrics: {
    accuracy: {
      meaning:
        'Share of held-out texts whose label is right; with several labels, of those whose labels are all right.',
      better: 'higher',
    },
    macroF1: {
      meaning: 'Precision and recall of each label in one (F1), averaged over labels, so that rare ones count as much.',
      better: 'higher',
    },
    microF1: { meaning: 'Precision and recall of all labels together in one (F1).', better: 'higher' },
    calibrationError: {
      meaning: 'How far scores are from the share of answers that are right, on average (expected calibration error).',
      better: 'lower',
    },
  },
  verdictBy: 'accuracy',
  baselines: ['majority', 'naive-bayes'],
  report: classificationReportSchema,
} satisfies Task;

/** The texts of a call, in their order. */
export function textsOf({ text, texts }: Pick<ClassifyRequest, 'text' | 'texts'>): string[] {
  return texts ?? [text!];
}

export type ClassifyRequest = z.output<typeof classifySchema>;
export type ClassifyResult = z.output<typeof classificationsSchema>;
export type Classification = z.output<typeof classificationSchema>;
export type ClassificationReport = z.output<typeof classificationReportSchema>;
