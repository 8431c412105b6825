import { z } from 'zod';
import { recommendationSchema } from '../../models/tasks/recommendation/task.js';
import { BOUNDS } from '../../platform/bounds.js';

const EXAMPLE_ITEM = { itemId: '0816692', title: 'Interstellar' };

const itemSchema = z.object({ itemId: z.string(), title: z.string().describe('The id where no title is known') });

export const showcaseSchema = z
  .object({
    people: z
      .array(z.object({ userId: z.string(), liked: z.array(itemSchema).describe('Some of what they did most with') }))
      .describe('Whom recommendations can be asked for; empty where this installation shows nothing'),
  })
  .meta({ id: 'Showcase', examples: [{ people: [{ userId: 'user-42', liked: [EXAMPLE_ITEM] }] }] });

export const askShowcaseSchema = z
  .object({
    userId: z.string().min(1).max(BOUNDS.idCharacters.most).describe('One of GET /v1/showcase'),
  })
  .meta({ examples: [{ userId: 'user-42' }] });

export const showcaseAnswerSchema = z
  .object({ source: recommendationSchema.shape.source, items: z.array(itemSchema).describe('Best first') })
  .meta({ id: 'ShowcaseAnswer', examples: [{ source: 'model', items: [EXAMPLE_ITEM] }] });

export type AskShowcase = z.infer<typeof askShowcaseSchema>;
export type Showcase = z.infer<typeof showcaseSchema>;
export type ShowcaseAnswer = z.infer<typeof showcaseAnswerSchema>;
