import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { textSchema } from '../../platform/http/text.js';
import { timeSchema } from '../../platform/http/time.js';

const SEVERITIES = ['info', 'warning', 'critical'] as const;
const words = textSchema.trim().min(1).max(500);
const url = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .describe('Where there is more about it');

const EXAMPLE = {
  severity: 'warning',
  text: { en: 'Trainings pause on Sunday from 2 to 3 am UTC.', zh: '训练将于周日 UTC 2 点至 3 点暂停。' },
  url: 'https://status.example.com/maintenance',
  startsAt: EXAMPLE_TIME,
  endsAt: '2026-11-30T03:00:00.000Z',
} as const;

export const createAnnouncementSchema = z
  .object({
    severity: z.enum(SEVERITIES),
    text: z.object({ en: words, zh: words }),
    url: url.nullable().default(null),
    startsAt: timeSchema.describe('From when on it is shown'),
    endsAt: timeSchema.describe('Until when'),
  })
  .refine(({ startsAt, endsAt }) => endsAt > startsAt, { path: ['endsAt'], message: 'must be after startsAt' })
  .meta({ example: EXAMPLE });

export const announcementSchema = z
  .object({
    id: z.uuid(),
    severity: z.enum(SEVERITIES),
    text: z.object({ en: z.string(), zh: z.string() }),
    url: z.string().nullable(),
    startsAt: z.iso.datetime(),
    endsAt: z.iso.datetime(),
  })
  .meta({ id: 'Announcement', examples: [{ id: EXAMPLE_IDS.announcement, ...EXAMPLE }] });

export const announcementsSchema = z.object({ data: z.array(announcementSchema) });

export type CreateAnnouncement = z.infer<typeof createAnnouncementSchema>;
export type Announcement = z.infer<typeof announcementSchema>;
