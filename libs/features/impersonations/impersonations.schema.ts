import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { textSchema } from '../../platform/http/text.js';
import { roleSchema } from '../members/index.js';

export const REASON_MIN = 10;

export const startImpersonationSchema = z
  .object({
    memberId: z.uuid().optional().describe("As whom: with their role, or an admin's of an owner"),
    role: z
      .enum(['admin', 'developer', 'billing', 'viewer'])
      .optional()
      .describe('With which role, where nobody is named'),
    reason: textSchema
      .trim()
      .max(500)
      .default('')
      .describe(
        `Why, in at least ${REASON_MIN} characters, which the organization's owners read; may be empty where a message is named`,
      ),
    supportMessageId: z.uuid().optional().describe('Of what was written to you that this is about'),
  })
  .refine(({ memberId, role }) => (memberId === undefined) !== (role === undefined), {
    path: ['role'],
    message: 'must be there where no member is named, and there alone',
  })
  .refine(({ reason, supportMessageId }) => reason.length >= REASON_MIN || supportMessageId !== undefined, {
    path: ['reason'],
    message: `must have at least ${REASON_MIN} characters, unless a support message is named`,
  })
  .meta({ example: { role: 'viewer', reason: 'Their import fails, and they asked me to look.' } });

export const impersonationSchema = z
  .object({
    id: z.uuid(),
    operatorEmail: z.string().nullable().describe('Null once the operator has no account any more'),
    memberEmail: z.string().nullable().describe('As whom; null where a role alone was chosen, or they left'),
    role: roleSchema,
    reason: z.string(),
    supportMessageId: z.uuid().nullable(),
    startedAt: z.iso.datetime(),
    endsAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable().describe('When it was ended, or its time ran out'),
    isActive: z.boolean(),
  })
  .meta({
    id: 'Impersonation',
    examples: [
      {
        id: EXAMPLE_IDS.impersonation,
        operatorEmail: 'operator@kindred.example',
        memberEmail: null,
        role: 'viewer',
        reason: 'Their import fails, and they asked me to look.',
        supportMessageId: null,
        startedAt: EXAMPLE_TIME,
        endsAt: '2026-11-23T10:42:05.000Z',
        endedAt: null,
        isActive: true,
      },
    ],
  });

export type StartImpersonation = z.infer<typeof startImpersonationSchema>;
export type Impersonation = z.infer<typeof impersonationSchema>;
