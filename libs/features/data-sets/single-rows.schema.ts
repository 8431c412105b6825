import { z } from 'zod';
import { BOUNDS } from '../../platform/bounds.js';
import { textSchema } from '../../platform/http/text.js';

const valueSchema = z.union([z.string(), z.number(), z.boolean()], {
  error: 'must be text, a number, true or false',
});

const nameSchema = textSchema.min(1).max(BOUNDS.idCharacters.most);

/** As a file would hold them: text. */
export const attributesSchema = z
  .record(nameSchema, valueSchema.transform(String))
  .refine((attributes) => Object.keys(attributes).length < BOUNDS.columns.most, 'must be fewer than 256')
  .refine(
    (attributes) => Buffer.byteLength(JSON.stringify(attributes)) <= BOUNDS.attributeBytes.most,
    'must be at most 8,192 bytes of JSON together',
  );

export const rowIdSchema = z.string().trim().min(1).max(BOUNDS.idCharacters.most);

export const putRowSchema = z
  .strictObject({ attributes: attributesSchema.describe('All that is to be known of it; kept as text') })
  .meta({ examples: [{ attributes: { title: 'Desk lamp', price: 39.9, inStock: true } }] });

export const patchRowSchema = z
  .strictObject({
    attributes: z
      .record(nameSchema, z.union([valueSchema.transform(String), z.null()]))
      .describe('Those that change; null takes one away'),
  })
  .meta({ examples: [{ attributes: { price: 34.9, discontinued: null } }] });

/** Checked one by one, as a wrong one refuses no other. */
export const oneOfRowsSchema = z.strictObject({ id: rowIdSchema, attributes: attributesSchema });

export const putRowsSchema = z
  .strictObject({
    rows: z
      .array(
        z.unknown().meta({
          id: 'DescribedRow',
          type: 'object',
          required: ['id', 'attributes'],
          properties: {
            id: {
              type: 'string',
              minLength: 1,
              maxLength: BOUNDS.idCharacters.most,
              description: 'Of the item or user',
            },
            attributes: { type: 'object', additionalProperties: true, description: 'Texts, numbers, true or false' },
          },
        }),
      )
      .min(1)
      .max(BOUNDS.eventsOfCall.most),
  })
  .meta({ examples: [{ rows: [{ id: 'lamp', attributes: { title: 'Desk lamp', price: 39.9 } }] }] });

export const rowSchema = z
  .object({ id: z.string(), attributes: z.record(z.string(), z.string()) })
  .meta({ id: 'SingleRow', examples: [{ id: 'lamp', attributes: { title: 'Desk lamp', price: '39.9' } }] });

export const putRowsAnswerSchema = z
  .object({
    accepted: z.int().min(0),
    results: z
      .array(z.object({ status: z.enum(['accepted', 'rejected']), error: z.string().optional() }))
      .describe('Of each row, in their order'),
  })
  .meta({ id: 'PutRows', examples: [{ accepted: 1, results: [{ status: 'accepted' }] }] });

export type PutRow = z.output<typeof putRowSchema>;
export type PatchRow = z.output<typeof patchRowSchema>;
export type PutRows = z.output<typeof putRowsSchema>;
export type PutRowsAnswer = z.output<typeof putRowsAnswerSchema>;
export type SingleRow = z.output<typeof rowSchema>;
