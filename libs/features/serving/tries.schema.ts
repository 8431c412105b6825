import { z } from 'zod';
import { EXAMPLE_IDS } from '../../platform/http/examples.js';

export const trySchema = z
  .record(z.string(), z.unknown())
  .describe('As the operation has it; GET /v1/families lists its fields')
  .meta({ examples: [{ userId: '4', limit: 10 }] });

export const triedSchema = z
  .looseObject({ modelVersionId: z.uuid() })
  .describe('The answer of the operation')
  .meta({
    id: 'TriedAnswer',
    examples: [
      {
        modelVersionId: EXAMPLE_IDS.modelVersion,
        source: 'model',
        items: [{ itemId: 'lamp', score: 0.8874, rank: 1, attributes: { title: 'Desk lamp' } }],
      },
    ],
  });

export type Try = z.infer<typeof trySchema>;
