import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';

export const sessionSchema = z
  .object({
    id: z.uuid(),
    browser: z.string().nullable().describe('Such as Firefox, as far as the browser says so'),
    system: z.string().nullable().describe('On what the browser runs, such as Linux'),
    network: z.string().nullable().describe('From which it was opened: /24 of IPv4, /48 of IPv6'),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().describe('To within five minutes'),
    isCurrent: z.boolean().describe('Whether it is the one that this call came with'),
  })
  .meta({
    id: 'Session',
    examples: [
      {
        id: EXAMPLE_IDS.session,
        browser: 'Firefox',
        system: 'Linux',
        network: '203.0.113.0/24',
        createdAt: EXAMPLE_TIME,
        lastUsedAt: EXAMPLE_TIME,
        isCurrent: true,
      },
    ],
  });

export const sessionsSchema = z.object({ data: z.array(sessionSchema) });

export type Session = z.infer<typeof sessionSchema>;
