import { z } from 'zod';
import { nameSchema } from '../projects/index.js';

export const organizationSummarySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    members: z.int(),
    plan: z.string(),
    status: z.enum(['active', 'past_due', 'cancelled']),
    currency: z.string(),
    usage: z.array(z.object({ meter: z.string(), quantity: z.string() })).describe('In the current billing period'),
    upcomingTotal: z.string().describe("Total of the organization's upcoming invoice"),
  })
  .meta({ id: 'OrganizationSummary' });

export const organizationSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    deletesAt: z.iso.datetime().nullable().describe('When it is deleted, unless the deletion is cancelled first'),
  })
  .meta({ id: 'Organization' });

export const renameOrganizationSchema = z.object({ name: nameSchema });

export const deleteOrganizationSchema = z.object({
  name: z.string().max(120).describe('Name of the organization, to confirm that it is the right one'),
});

export type Organization = z.infer<typeof organizationSchema>;
export type RenameOrganization = z.infer<typeof renameOrganizationSchema>;
export type DeleteOrganization = z.infer<typeof deleteOrganizationSchema>;
export type OrganizationSummary = z.infer<typeof organizationSummarySchema>;
