import { z } from 'zod';
import { EXAMPLE_TIME } from '../../platform/http/examples.js';

/** The parts of the platform that are probed. */
export const COMPONENTS = ['api', 'database', 'workers', 'queue', 'object_store'] as const;
export const STATUS_DAYS = 90;

const stateSchema = z.enum(['ok', 'failing', 'unknown']);

export const statusSchema = z
  .object({
    status: stateSchema.describe('`failing` where any part is'),
    checkedAt: z.iso.datetime().nullable().describe('When the parts were probed last, twice a minute'),
    components: z.array(
      z.object({
        component: z.enum(COMPONENTS),
        status: stateSchema.describe('`unknown` where what would tell does not answer'),
        days: z
          .array(z.object({ day: z.iso.date(), probes: z.int(), failures: z.int() }))
          .describe(`UTC days of the last ${STATUS_DAYS} on which it was probed, oldest first`),
      }),
    ),
  })
  .meta({
    id: 'Status',
    examples: [
      {
        status: 'ok',
        checkedAt: EXAMPLE_TIME,
        components: [
          { component: 'api', status: 'ok', days: [{ day: '2026-11-23', probes: 1224, failures: 0 }] },
          { component: 'database', status: 'ok', days: [{ day: '2026-11-23', probes: 1224, failures: 2 }] },
        ],
      },
    ],
  });

export type Component = (typeof COMPONENTS)[number];
export type State = z.infer<typeof stateSchema>;
export type Status = z.infer<typeof statusSchema>;
export type ProbeDays = Status['components'][number]['days'];
