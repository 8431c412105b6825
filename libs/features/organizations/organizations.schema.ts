import { z } from 'zod';
import { ROLE_PERMISSIONS, type Role } from '../../platform/access/permissions.js';
import { pageQuerySchema } from '../../platform/http/page.js';
import { textSchema } from '../../platform/http/text.js';
import { upcomingInvoiceSchema } from '../billing/index.js';
import { limitsSchema } from '../limits/index.js';
import { nameSchema } from '../projects/index.js';
import { TRAINING_JOB_STATUSES } from '../training-jobs/index.js';

export const ORGANIZATION_SORTS = ['createdAt', 'upcomingTotal', 'requests'] as const;

export const listOrganizationsQuerySchema = pageQuerySchema.extend({
  search: textSchema
    .trim()
    .max(200)
    .default('')
    .describe("Part of the name or of a member's e-mail address, or the organization's whole id"),
  sort: z
    .enum(ORGANIZATION_SORTS)
    .default('createdAt')
    .describe('When it was created, its upcoming invoice, or its calls in the current billing period'),
  order: z.enum(['desc', 'asc']).default('desc').describe('Newest or highest first, or last'),
});

export const organizationSummarySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    members: z.int(),
    ownerEmail: z.string().nullable().describe('Of the owner who has been one for longest'),
    lastActivityAt: z.iso.datetime().nullable().describe('Latest use of a key or change by a member, as far as kept'),
    plan: z.string(),
    status: z.enum(['active', 'past_due', 'cancelled']),
    currency: z.string(),
    usage: z.array(z.object({ meter: z.string(), quantity: z.string() })).describe('In the current billing period'),
    requests: z.string().describe('Calls in the current billing period'),
    upcomingTotal: z.string().describe("Total of the organization's upcoming invoice"),
  })
  .meta({ id: 'OrganizationSummary' });

export const organizationAccountSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    deletesAt: z.iso.datetime().nullable().describe('When it is deleted, unless the deletion is cancelled first'),
    members: z.array(
      z.object({
        userId: z.uuid(),
        email: z.string(),
        role: z.enum(Object.keys(ROLE_PERMISSIONS) as [Role, ...Role[]]),
        createdAt: z.iso.datetime(),
      }),
    ),
    projects: z.array(z.object({ id: z.uuid(), name: z.string(), createdAt: z.iso.datetime() })),
    apiKeys: z.array(
      z.object({
        id: z.uuid(),
        projectId: z.uuid(),
        name: z.string(),
        prefix: z.string(),
        mode: z.enum(['live', 'test']),
        lineageId: z.uuid().describe('The first of the keys that replaced each other by rotation'),
        leakedUrl: z.string().nullable(),
        createdAt: z.iso.datetime(),
        expiresAt: z.iso.datetime().nullable(),
        revokedAt: z.iso.datetime().nullable(),
        lastUsedAt: z.iso.datetime().nullable(),
      }),
    ),
    trainingJobs: z
      .array(z.object({ status: z.enum(TRAINING_JOB_STATUSES), count: z.int() }))
      .describe('How many there are; GET /v1/admin/training-jobs lists them'),
    upcomingInvoice: upcomingInvoiceSchema,
    limits: limitsSchema,
  })
  .meta({ id: 'OrganizationAccount' });

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

export type ListOrganizationsQuery = z.infer<typeof listOrganizationsQuerySchema>;
export type OrganizationAccount = z.infer<typeof organizationAccountSchema>;
export type Organization = z.infer<typeof organizationSchema>;
export type RenameOrganization = z.infer<typeof renameOrganizationSchema>;
export type DeleteOrganization = z.infer<typeof deleteOrganizationSchema>;
export type OrganizationSummary = z.infer<typeof organizationSummarySchema>;
