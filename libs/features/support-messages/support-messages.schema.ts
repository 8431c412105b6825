import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageQuerySchema } from '../../platform/http/page.js';
import { textSchema } from '../../platform/http/text.js';

const CHARACTERS_MAX = 2_000;
const PAGE_CHARACTERS_MAX = 500;

export const sendSupportMessageSchema = z
  .object({
    // People write in paragraphs, and so with line breaks, which names and the like may not have.
    text: z
      .string()
      .trim()
      .min(1)
      .max(CHARACTERS_MAX)
      .refine(
        (text) => textSchema.safeParse(text.replace(/[\n\r\t]/g, ' ')).success,
        'must not hold control characters',
      ),
    page: textSchema
      .min(1)
      .max(PAGE_CHARACTERS_MAX)
      .regex(/^\//, 'must begin with /')
      .describe('Path of the page that it is about'),
  })
  .meta({ examples: [{ text: 'Can I import Parquet?', page: '/projects' }] });

export const sentSupportMessageSchema = z.object({ id: z.uuid() }).meta({ examples: [{ id: EXAMPLE_IDS.message }] });

export const listSupportMessagesQuerySchema = pageQuerySchema.extend({
  state: z.enum(['open', 'done']).default('open'),
  search: textSchema
    .trim()
    .max(200)
    .default('')
    .describe("Part of the organization's name, or the organization's whole id"),
});

export const markSupportMessageSchema = z.object({ isDone: z.boolean() });

export const supportMessageSchema = z
  .object({
    id: z.uuid(),
    organization: z.object({ id: z.uuid(), name: z.string() }),
    email: z.string().nullable().describe('Of who wrote it; null once the person has left the platform'),
    text: z.string(),
    page: z.string(),
    isDone: z.boolean(),
    createdAt: z.iso.datetime(),
    plan: z.string(),
    currency: z.string(),
    upcomingTotal: z.string().describe("Total of the organization's upcoming invoice"),
  })
  .meta({
    id: 'SupportMessage',
    examples: [
      {
        id: EXAMPLE_IDS.message,
        organization: { id: EXAMPLE_IDS.organization, name: 'Corner shop' },
        email: 'owner@example.com',
        text: 'Can I import Parquet?',
        page: '/projects',
        isDone: false,
        createdAt: EXAMPLE_TIME,
        plan: 'Pro',
        currency: 'usd',
        upcomingTotal: '49.00',
      },
    ],
  });

export type SendSupportMessage = z.infer<typeof sendSupportMessageSchema>;
export type ListSupportMessagesQuery = z.infer<typeof listSupportMessagesQuerySchema>;
export type MarkSupportMessage = z.infer<typeof markSupportMessageSchema>;
export type SupportMessage = z.infer<typeof supportMessageSchema>;
