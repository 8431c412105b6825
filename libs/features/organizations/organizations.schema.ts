import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { listQuerySchema } from '../../platform/http/page.js';
import { textSchema } from '../../platform/http/text.js';
import { upcomingInvoiceSchema } from '../billing/index.js';
import { limitsSchema } from '../limits/index.js';
import { roleSchema } from '../members/index.js';
import { nameSchema } from '../projects/index.js';
import { TRAINING_JOB_STATUSES } from '../training-jobs/index.js';

export const ORGANIZATION_SORTS = ['createdAt', 'upcomingTotal', 'requests'] as const;

export const listOrganizationsQuerySchema = listQuerySchema(
  ORGANIZATION_SORTS,
  "Part of the name or of a member's email address, or the organization's whole id",
);

export const suspensionSchema = z
  .object({ reason: z.string(), suspendedAt: z.iso.datetime() })
  .nullable()
  .describe('Why its keys and people may not work with it; null where they may')
  .meta({ examples: [{ reason: 'Three invoices are unpaid since September.', suspendedAt: EXAMPLE_TIME }] });

export const organizationSummarySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    isSuspended: z.boolean(),
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
  .meta({
    id: 'OrganizationSummary',
    examples: [
      {
        id: EXAMPLE_IDS.organization,
        name: 'My shop',
        createdAt: EXAMPLE_TIME,
        isSuspended: false,
        members: 2,
        ownerEmail: 'me@shop.example',
        lastActivityAt: EXAMPLE_TIME,
        plan: 'Pro',
        status: 'active',
        currency: 'usd',
        usage: [{ meter: 'recommendation_requests', quantity: '1204' }],
        requests: '1204',
        upcomingTotal: '49.00',
      },
    ],
  });

export const organizationAccountSchema = z
  .object({
    id: z.uuid().meta({ examples: [EXAMPLE_IDS.organization] }),
    name: z.string().meta({ examples: ['My shop'] }),
    createdAt: z.iso.datetime(),
    deletesAt: z.iso.datetime().nullable().describe('When it is deleted, unless the deletion is cancelled first'),
    suspension: suspensionSchema,
    members: z.array(
      z.object({
        userId: z.uuid(),
        email: z.string().meta({ examples: ['me@shop.example'] }),
        role: roleSchema,
        createdAt: z.iso.datetime(),
      }),
    ),
    projects: z
      .array(z.object({ id: z.uuid(), name: z.string(), createdAt: z.iso.datetime() }))
      .meta({ examples: [[{ id: EXAMPLE_IDS.project, name: 'Shop', createdAt: EXAMPLE_TIME }]] }),
    apiKeys: z.array(
      z.object({
        id: z.uuid().meta({ examples: [EXAMPLE_IDS.apiKey] }),
        projectId: z.uuid(),
        name: z.string().meta({ examples: ['Web shop'] }),
        prefix: z.string().meta({ examples: ['kin_live_7Gq2'] }),
        mode: z.enum(['live', 'test']),
        lineageId: z
          .uuid()
          .meta({ examples: [EXAMPLE_IDS.apiKey] })
          .describe('The first of the keys that replaced each other by rotation'),
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
  .meta({
    id: 'Organization',
    examples: [{ id: EXAMPLE_IDS.organization, name: 'My shop', createdAt: EXAMPLE_TIME, deletesAt: null }],
  });

export const myOrganizationSchema = organizationSchema
  .extend({ role: roleSchema.describe('What you are there') })
  .meta({
    id: 'MyOrganization',
    examples: [
      { id: EXAMPLE_IDS.organization, name: 'My shop', createdAt: EXAMPLE_TIME, deletesAt: null, role: 'owner' },
    ],
  });

export const myOrganizationsSchema = z.object({ data: z.array(myOrganizationSchema) });

export const suspendOrganizationSchema = z
  .object({ reason: textSchema.trim().min(10).max(500).describe('Why, as its people are told') })
  .meta({ examples: [{ reason: 'Three invoices are unpaid since September.' }] });

export const suspendedOrganizationSchema = z.object({ id: z.uuid(), suspension: suspensionSchema }).meta({
  id: 'SuspendedOrganization',
  examples: [
    {
      id: EXAMPLE_IDS.organization,
      suspension: { reason: 'Three invoices are unpaid since September.', suspendedAt: EXAMPLE_TIME },
    },
  ],
});

export type SuspendOrganization = z.infer<typeof suspendOrganizationSchema>;
export type SuspendedOrganization = z.infer<typeof suspendedOrganizationSchema>;

export const createOrganizationSchema = z.object({ name: nameSchema }).meta({ examples: [{ name: 'Another shop' }] });

export const renameOrganizationSchema = z.object({ name: nameSchema }).meta({ examples: [{ name: 'My shop' }] });

export const deleteOrganizationSchema = z
  .object({
    name: z.string().max(120).describe('Name of the organization, to confirm that it is the right one'),
  })
  .meta({ examples: [{ name: 'My shop' }] });

export type ListOrganizationsQuery = z.infer<typeof listOrganizationsQuerySchema>;
export type OrganizationAccount = z.infer<typeof organizationAccountSchema>;
export type Organization = z.infer<typeof organizationSchema>;
export type MyOrganization = z.infer<typeof myOrganizationSchema>;
export type CreateOrganization = z.infer<typeof createOrganizationSchema>;
export type RenameOrganization = z.infer<typeof renameOrganizationSchema>;
export type DeleteOrganization = z.infer<typeof deleteOrganizationSchema>;
export type OrganizationSummary = z.infer<typeof organizationSummarySchema>;
