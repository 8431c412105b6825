import { z } from 'zod';
import { emailSchema } from '../../platform/http/email.js';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { listQuerySchema } from '../../platform/http/page.js';
import { newPasswordSchema } from '../auth/index.js';
import { roleSchema } from '../members/index.js';
import { MAIL_LANGUAGES } from '../notifications/index.js';

const INVITATION_STATUSES = ['pending', 'expired', 'accepted', 'revoked'] as const;
const EXAMPLE_TOKEN = 'AZqzxF1uf4Cam...';

const languageSchema = z.enum(MAIL_LANGUAGES).default('en');

export const invitationSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    role: roleSchema,
    status: z.enum(INVITATION_STATUSES),
    invitedBy: z.string().nullable().describe('Email address of the member who did; null once they are none'),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().describe('Until when its link opens'),
  })
  .meta({
    id: 'Invitation',
    examples: [
      {
        id: EXAMPLE_IDS.invitation,
        email: 'colleague@shop.example',
        role: 'developer',
        status: 'pending',
        invitedBy: 'me@shop.example',
        createdAt: EXAMPLE_TIME,
        expiresAt: '2026-11-30T10:12:05.000Z',
      },
    ],
  });

export const listInvitationsQuerySchema = listQuerySchema(
  ['createdAt', 'email'],
  'Part of the email address, or the whole id',
).extend({ status: z.enum(INVITATION_STATUSES).optional().describe('Those of one status alone') });

export const inviteSchema = z
  .object({ email: emailSchema, role: roleSchema, language: languageSchema.describe('Of the mail') })
  .meta({ examples: [{ email: 'colleague@shop.example', role: 'developer', language: 'en' }] });

export const resendSchema = z
  .object({ language: languageSchema.describe('Of the mail') })
  .meta({ examples: [{ language: 'en' }] });

const token = z.string().max(1024).describe('What the address in the mail ends with, behind the "#"');

export const tokenSchema = z.object({ token }).meta({ examples: [{ token: EXAMPLE_TOKEN }] });

export const invitedSignupSchema = z
  .object({ token, password: newPasswordSchema, language: languageSchema.describe('Of the mails that you are sent') })
  .meta({ examples: [{ token: EXAMPLE_TOKEN, password: 'long enough', language: 'en' }] });

export const invitationPreviewSchema = z
  .object({
    organization: z.object({ id: z.uuid(), name: z.string() }),
    email: z.string().describe('For whom it is: only an account with this address can accept it'),
    role: roleSchema,
    invitedBy: z.string().nullable(),
    hasAccount: z.boolean().describe('Whether the address has an account, to log in to'),
    expiresAt: z.iso.datetime(),
  })
  .meta({
    id: 'InvitationPreview',
    examples: [
      {
        organization: { id: EXAMPLE_IDS.organization, name: 'My shop' },
        email: 'colleague@shop.example',
        role: 'developer',
        invitedBy: 'me@shop.example',
        hasAccount: false,
        expiresAt: '2026-11-30T10:12:05.000Z',
      },
    ],
  });

export const joinedSchema = z
  .object({ organization: z.object({ id: z.uuid(), name: z.string() }), role: roleSchema })
  .meta({
    id: 'Joined',
    examples: [{ organization: { id: EXAMPLE_IDS.organization, name: 'My shop' }, role: 'developer' }],
  });

export type Invitation = z.infer<typeof invitationSchema>;
export type ListInvitationsQuery = z.infer<typeof listInvitationsQuerySchema>;
export type Invite = z.infer<typeof inviteSchema>;
export type Resend = z.infer<typeof resendSchema>;
export type Token = z.infer<typeof tokenSchema>;
export type InvitedSignup = z.infer<typeof invitedSignupSchema>;
export type InvitationPreview = z.infer<typeof invitationPreviewSchema>;
export type Joined = z.infer<typeof joinedSchema>;
