import { z } from 'zod';
import { LABEL_SEPARATOR } from '../../models/kinds/kind.js';
import { BOUNDS } from '../../platform/bounds.js';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { textSchema } from '../../platform/http/text.js';

/** Texts that are handed out at once. */
const BATCH_MAX = 50;

export const labelSchema = textSchema
  .trim()
  .min(1)
  .max(BOUNDS.idCharacters.most)
  .refine((label) => !label.includes(LABEL_SEPARATOR), `must not hold ${LABEL_SEPARATOR}`);

const labelsSchema = z.array(labelSchema).max(BOUNDS.labels.most);

const STATUSES = ['waiting', 'labelled', 'skipped'] as const;

const suggestionSchema = z.object({ label: z.string(), score: z.number().min(0).max(1) });

export const textToLabelSchema = z
  .object({
    id: z.uuid(),
    text: z.string(),
    status: z.enum(STATUSES),
    labels: z.array(z.string()).describe('What somebody said that it is; empty until then'),
    suggestions: z
      .array(suggestionSchema)
      .describe('What a model takes it for, the most likely first; empty where no model has judged it'),
    margin: z
      .number()
      .nullable()
      .describe('How far the first suggestion is above the second: the lower, the more there is to learn'),
  })
  .meta({
    id: 'TextToLabel',
    examples: [
      {
        id: EXAMPLE_IDS.call,
        text: 'My new card has not come yet',
        status: 'waiting',
        labels: [],
        suggestions: [
          { label: 'card_arrival', score: 0.52 },
          { label: 'card_delivery_estimate', score: 0.45 },
        ],
        margin: 0.07,
      },
    ],
  });

const count = z.int().min(0);

export const labellingSchema = z
  .object({
    waiting: count.describe('Texts without a label'),
    others: count.describe('Of those, texts that others have before them now'),
    labelled: count.describe('Texts that were given one, in the last 90 days'),
    skipped: count,
    severalLabels: z.boolean().describe('Whether a text of the data set may have several labels'),
    labels: z
      .array(z.object({ label: z.string(), rows: count }))
      .describe('Of the data set, the most frequent first; at most 1,000'),
    modelVersionId: z
      .uuid()
      .nullable()
      .describe('The version that says what is worth labelling next; null where there is none'),
  })
  .meta({
    id: 'Labelling',
    examples: [
      {
        waiting: 420,
        others: 50,
        labelled: 80,
        skipped: 3,
        severalLabels: false,
        labels: [{ label: 'card_arrival', rows: 131 }],
        modelVersionId: EXAMPLE_IDS.modelVersion,
      },
    ],
  });

export const takeBatchSchema = z
  .strictObject({
    limit: z.int().min(1).max(BATCH_MAX).default(BATCH_MAX),
    status: z.enum(['waiting', 'skipped']).default('waiting').describe('Whether to go through those that were skipped'),
  })
  .meta({ examples: [{ limit: 50, status: 'waiting' }] });

export const batchSchema = z
  .object({
    texts: z.array(textToLabelSchema).describe('Those that teach most first; fewer where texts are long'),
    leasedUntil: z.iso.datetime().describe('Until then nobody else gets them; each decision of yours makes it later'),
    modelVersionId: z.uuid().nullable().describe('The version that judged them; null where none did'),
  })
  .meta({
    id: 'LabellingBatch',
    examples: [{ texts: [], leasedUntil: EXAMPLE_TIME, modelVersionId: EXAMPLE_IDS.modelVersion }],
  });

export const decideSchema = z
  .strictObject({
    status: z.enum(STATUSES).describe('`waiting` takes back what was decided'),
    labels: labelsSchema.default([]).describe('Of `labelled`: what the text is'),
  })
  .refine(({ status, labels }) => (status === 'labelled') === labels.length > 0, {
    path: ['labels'],
    message: 'must be given with the status labelled, and with no other',
  })
  .meta({ examples: [{ status: 'labelled', labels: ['card_arrival'] }] });

const FORMATS = ['text', 'label-studio', 'doccano'] as const;

export const importTextsQuerySchema = z.strictObject({
  format: z
    .enum(FORMATS)
    .default('text')
    .describe('`text`: one on each line, in UTF-8. `label-studio`: its JSON. `doccano`: its JSON lines')
    .meta({ examples: ['text'] }),
});

export const importedTextsSchema = z
  .object({
    waiting: count.describe('Texts that wait for a label now and did not before'),
    labelled: count.describe('Texts that came with a label, and are rows of the data set'),
    known: count.describe(
      'Texts that waited already, or were labelled or skipped before, and those that came with the label that an earlier file gave them',
    ),
    importId: z.uuid().nullable().describe('Where the data set had no rows: the import that brings these'),
  })
  .meta({ examples: [{ waiting: 498, labelled: 0, known: 2, importId: null }] });

export const exportTextsQuerySchema = z.strictObject({
  format: z
    .enum(['label-studio', 'doccano'])
    .default('label-studio')
    .meta({ examples: ['label-studio'] }),
});

export type TextToLabel = z.infer<typeof textToLabelSchema>;
export type Labelling = z.infer<typeof labellingSchema>;
export type Batch = z.infer<typeof batchSchema>;
export type TakeBatch = z.infer<typeof takeBatchSchema>;
export type Decide = z.infer<typeof decideSchema>;
export type LabelFormat = (typeof FORMATS)[number];
export type ImportTextsQuery = z.infer<typeof importTextsQuerySchema>;
export type ImportedTexts = z.infer<typeof importedTextsSchema>;
export type ExportTextsQuery = z.infer<typeof exportTextsQuerySchema>;
