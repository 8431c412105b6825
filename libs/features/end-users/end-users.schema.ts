import { z } from 'zod';
import { BOUNDS } from '../../platform/bounds.js';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';

export const userIdSchema = z.string().min(1).max(BOUNDS.idCharacters.most);

const count = z.int().nonnegative();

export const receiptSchema = z.object({
  rows: count.optional().describe('Rows taken from data sets, those of earlier imports among them'),
  imports: count.optional().describe('Imports whose content was rewritten'),
  modelVersions: count.optional().describe('Versions whose artifact was rewritten'),
  texts: count.optional().describe('Messages and logs that named the person'),
});

export const erasureSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    status: z.enum(['pending', 'completed']),
    createdAt: z.iso.datetime().describe('From then on no answer contains their data'),
    completedAt: z.iso.datetime().nullable().describe('When the last of their data was erased, within a day'),
    receipt: receiptSchema.describe('How much was erased, by place'),
  })
  .meta({
    id: 'Erasure',
    examples: [
      {
        id: EXAMPLE_IDS.erasure,
        projectId: EXAMPLE_IDS.project,
        status: 'completed',
        createdAt: EXAMPLE_TIME,
        completedAt: EXAMPLE_TIME,
        receipt: { rows: 18, imports: 1, modelVersions: 2, texts: 0 },
      },
    ],
  });

export const endUserSchema = z
  .object({
    userId: z.string(),
    dataSets: z
      .array(
        z.object({
          dataSetId: z.uuid(),
          name: z.string(),
          kind: z.string(),
          rows: z.array(z.record(z.string(), z.unknown())).describe('As the data set holds them now'),
        }),
      )
      .describe('Data sets that hold data of the person'),
    isComplete: z.boolean().describe('False where there were too many rows; the latest ones are given'),
  })
  .meta({
    id: 'EndUser',
    examples: [
      {
        userId: '42',
        dataSets: [
          {
            dataSetId: EXAMPLE_IDS.dataSet,
            name: 'Purchases',
            kind: 'interactions',
            rows: [{ user_id: '42', item_id: 'lamp', value: 5 }],
          },
        ],
        isComplete: true,
      },
    ],
  });

export type Receipt = z.infer<typeof receiptSchema>;
export type Erasure = z.infer<typeof erasureSchema>;
export type EndUser = z.infer<typeof endUserSchema>;
