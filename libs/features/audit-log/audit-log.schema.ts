import { z } from 'zod';
import { AUDIT_ACTIONS } from '../../platform/audit/audit-actions.js';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { listQuerySchema } from '../../platform/http/page.js';
import { timeSchema } from '../../platform/http/time.js';

const TYPES = [...new Set(AUDIT_ACTIONS.map((action) => action.split('.')[0]!))] as [string, ...string[]];
const ACTOR_KINDS = ['user', 'api_key', 'operator', 'system', 'scim_token'] as const;

const filters = {
  from: timeSchema.optional().describe('Start, inclusive'),
  to: timeSchema.optional().describe('End, exclusive'),
  action: z.enum(AUDIT_ACTIONS).optional(),
  actorKind: z.enum(ACTOR_KINDS).optional(),
  actorId: z.uuid().optional().describe('Of one person or API key'),
  targetType: z.enum(TYPES).optional(),
  targetId: z.uuid().optional().describe('What was done to one thing'),
};

export const auditEventsFilterSchema = z.strictObject(filters);

export const auditEventsQuerySchema = listQuerySchema(
  ['occurredAt'],
  'What the action, what was there before or after, or the request id holds; or an id',
).extend(filters);

const hash = z.string().describe('SHA-256 in lower-case hexadecimal');

const EXAMPLE_HASHES = {
  hash: '0f4a2c7d9b1e83560a7c4d2e9f8b6a5130d2c4b7e6f9a8135c7d0e2b4f6a8c91',
  previousHash: '0000000000000000000000000000000000000000000000000000000000000000',
};

const EXAMPLE_EVENT = {
  id: EXAMPLE_IDS.entry,
  ordinal: 1,
  occurredAt: EXAMPLE_TIME,
  action: 'project.renamed',
  actor: { kind: 'user', id: EXAMPLE_IDS.user, name: 'ada@shop.example' },
  target: { type: 'project', id: EXAMPLE_IDS.project, name: 'Shop' },
  impersonation: null,
  before: { name: 'Store' },
  after: { name: 'Shop' },
  personal: { network: '203.0.113.0/24' },
  requestId: EXAMPLE_IDS.call,
  hash: EXAMPLE_HASHES.hash,
} as const;

export const auditEventSchema = z
  .object({
    id: z.uuid(),
    ordinal: z.int().describe("Place in the organization's log, from 1 on without a gap"),
    occurredAt: z.iso.datetime(),
    action: z.string().describe("The target's type and what was done to it"),
    actor: z
      .object({
        kind: z.enum(ACTOR_KINDS).describe('`operator`: one of the platform’s; `system`: the platform by itself'),
        id: z.uuid().nullable(),
        name: z
          .string()
          .nullable()
          .describe(
            'Email address of a person, name of an API key; null where there is none any more, and of an operator who did not act as a member',
          ),
      })
      .describe('Who did it'),
    target: z.object({
      type: z.string(),
      id: z.uuid(),
      name: z.string().nullable().describe('As the log knew it last'),
    }),
    impersonation: z
      .object({ id: z.uuid(), reason: z.string() })
      .nullable()
      .describe('What an operator was in who acted as one of your members would'),
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
    personal: z
      .object({
        network: z.string().optional().describe('Where the call came from, as /24 of IPv4 or /48 of IPv6'),
        email: z.string().optional(),
      })
      .nullable()
      .describe('What people are known by; null once they are forgotten'),
    requestId: z.string().nullable().describe('The header x-request-id of the answer'),
    hash,
  })
  .meta({ id: 'AuditEvent', examples: [EXAMPLE_EVENT] });

export const exportedEventSchema = auditEventSchema
  .extend({
    previousHash: z.string().nullable().describe('Of the event before; null where that is missing'),
    hashed: z.string().describe('What the hash covers, after the hash of the event before and a line feed'),
  })
  .meta({
    id: 'ExportedAuditEvent',
    examples: [{ ...EXAMPLE_EVENT, previousHash: EXAMPLE_HASHES.previousHash, hashed: '{"id": "019ab3c4-…", …}' }],
  });

export const auditVerificationSchema = z
  .object({
    isIntact: z.boolean(),
    events: z.int().describe('How many there are'),
    verifiedTo: z.int().describe('Ordinal up to which every event is as it was written'),
    break: z
      .object({
        ordinal: z.int(),
        reason: z
          .enum(['changed', 'missing', 'unknown'])
          .describe('`unknown`: there is an event that the log does not know of'),
      })
      .nullable()
      .describe('The first that is not'),
    ordinal: z.int().describe('Of the newest event'),
    hash: hash.describe('Of the newest event; keep it elsewhere, and nobody can rewrite what is before it unnoticed'),
    cutOrdinal: z.int().describe('Of the last event that was deleted by age; 0 where none was'),
    cutHash: hash,
    cutAt: z.iso.datetime().nullable().describe('When that one occurred'),
    verifiedAt: z.iso.datetime(),
  })
  .meta({
    id: 'AuditVerification',
    examples: [
      {
        isIntact: true,
        events: 1204,
        verifiedTo: 1204,
        break: null,
        ordinal: 1204,
        hash: EXAMPLE_HASHES.hash,
        cutOrdinal: 0,
        cutHash: EXAMPLE_HASHES.previousHash,
        cutAt: null,
        verifiedAt: EXAMPLE_TIME,
      },
    ],
  });

export type AuditEventsFilter = z.infer<typeof auditEventsFilterSchema>;
export type AuditEventsQuery = z.infer<typeof auditEventsQuerySchema>;
export type AuditEvent = z.infer<typeof auditEventSchema>;
export type ExportedEvent = z.infer<typeof exportedEventSchema>;
export type AuditVerification = z.infer<typeof auditVerificationSchema>;
