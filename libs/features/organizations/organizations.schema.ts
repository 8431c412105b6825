import { z } from 'zod';

export const organizationSummarySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    members: z.int(),
    plan: z.string(),
    status: z.enum(['active', 'past_due', 'cancelled']),
    currency: z.string(),
    usage: z.array(z.object({ meter: z.string(), quantity: z.string() })).describe('In the running billing period'),
    upcomingTotal: z.string().describe("Total of the organization's upcoming invoice"),
  })
  .meta({ id: 'OrganizationSummary' });

export type OrganizationSummary = z.infer<typeof organizationSummarySchema>;
