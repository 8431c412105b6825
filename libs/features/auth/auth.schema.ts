import { z } from 'zod';
import { PERMISSIONS, ROLES } from '../../platform/access/permissions.js';
import { emailSchema } from '../../platform/http/email.js';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { idSchema } from '../../platform/http/ids.js';
import { textSchema } from '../../platform/http/text.js';
import { MAIL_LANGUAGES } from '../notifications/index.js';
import { isLeaked } from './leaked-passwords.js';

/** What a password that one chooses must be: long, and none of those that everyone tries first. Taken exactly as it comes, whatever is in it. */
export const newPasswordSchema = z
  .string()
  .min(8, 'must have at least 8 characters')
  .max(1024)
  .refine(
    (password) => !isLeaked(password),
    'is among the passwords that leaked elsewhere and are tried first: choose another one',
  )
  .describe('Any characters; not one of those that are known from leaks');
const language = z.enum(MAIL_LANGUAGES);
const token = z.string().max(1024).describe('What the address in the mail ends with, behind the "#"');

export const signupSchema = z
  .object({
    email: emailSchema,
    password: newPasswordSchema,
    organizationName: textSchema.trim().min(1).max(120),
    language: language.default('en').describe('Of the mails that you are sent'),
  })
  .meta({
    examples: [{ email: 'me@shop.example', password: 'long enough', organizationName: 'My shop', language: 'en' }],
  });

export const loginSchema = z
  .object({ email: emailSchema, password: z.string().max(1024) })
  .meta({ examples: [{ email: 'me@shop.example', password: 'long enough' }] });

export const meSchema = z
  .object({
    user: z.object({
      id: z.uuid(),
      email: z.string(),
      emailVerifiedAt: z.iso.datetime().nullable().describe('Null until the link of a mail to it was used'),
      language: language.describe('Of mails'),
    }),
    organization: z
      .object({ id: z.uuid(), name: z.string() })
      .nullable()
      .describe('The one that this call acts in; null where it acts in none'),
    role: z.enum(ROLES).nullable(),
    permissions: z.array(z.enum(PERMISSIONS)),
    needsSecondFactor: z.boolean().describe('Whether an operator may do nothing until they have shown a second factor'),
    suspension: z
      .object({ reason: z.string(), suspendedAt: z.iso.datetime() })
      .nullable()
      .describe('Why the organization may not be worked with; null where it may'),
    impersonation: z
      .object({
        id: z.uuid(),
        memberEmail: z.string().nullable().describe('As whom; null where a role alone was chosen'),
        reason: z.string(),
        endsAt: z.iso.datetime(),
      })
      .nullable()
      .describe("Set while an operator acts in a customer's organization"),
  })
  .meta({
    id: 'Me',
    examples: [
      {
        user: { id: EXAMPLE_IDS.user, email: 'me@shop.example', emailVerifiedAt: EXAMPLE_TIME, language: 'en' },
        organization: { id: EXAMPLE_IDS.organization, name: 'My shop' },
        role: 'developer',
        permissions: ['me:read', 'project:read', 'project:write'],
        needsSecondFactor: false,
        suspension: null,
        impersonation: null,
      },
    ],
  });

export const chooseOrganizationSchema = z
  .object({ organizationId: idSchema })
  .meta({ examples: [{ organizationId: EXAMPLE_IDS.organization }] });

export type ChooseOrganization = z.infer<typeof chooseOrganizationSchema>;
const records = z.array(z.record(z.string(), z.unknown()));

export const accountDataSchema = z
  .object({
    profile: records,
    memberships: records,
    directories: records.describe('What directories of organizations said of you by SCIM'),
    sessions: records,
    identities: records,
    consents: records,
    signUps: records,
    supportMessages: records,
    mails: records,
    auditEvents: records,
  })
  .meta({
    id: 'AccountData',
    examples: [
      {
        profile: [{ id: EXAMPLE_IDS.user, email: 'me@shop.example', language: 'en', createdAt: EXAMPLE_TIME }],
        memberships: [{ organizationId: EXAMPLE_IDS.organization, organizationName: 'My shop', role: 'owner' }],
        directories: [],
        sessions: [],
        identities: [{ provider: 'github', issuer: 'https://github.com', subject: '583231', email: 'me@shop.example' }],
        consents: [{ document: 'terms', version: '2026-11-30', acceptedAt: EXAMPLE_TIME }],
        signUps: [],
        supportMessages: [],
        mails: [],
        auditEvents: [],
      },
    ],
  });

export const updateMeSchema = z.object({ language }).meta({ examples: [{ language: 'zh' }] });

export const changePasswordSchema = z
  .object({ newPassword: newPasswordSchema })
  .meta({ examples: [{ newPassword: 'even longer than that' }] });

export const changeEmailSchema = z.object({ email: emailSchema }).meta({ examples: [{ email: 'new@shop.example' }] });

export const requestPasswordResetSchema = z
  .object({ email: emailSchema })
  .meta({ examples: [{ email: 'me@shop.example' }] });

const EXAMPLE_TOKEN = 'AZqzxF1uf4CaGwAAAAAAAYc0c1bW0nQv8mXkq3dE5rT7uYpL2aJhGfSdZxCvBnMq';

export const useLinkSchema = z.object({ token }).meta({ examples: [{ token: EXAMPLE_TOKEN }] });

export const resetPasswordSchema = z
  .object({ token, password: newPasswordSchema })
  .meta({ examples: [{ token: EXAMPLE_TOKEN, password: 'even longer than that' }] });

export type Signup = z.infer<typeof signupSchema>;
export type Login = z.infer<typeof loginSchema>;
export type Me = z.infer<typeof meSchema>;
export type UpdateMe = z.infer<typeof updateMeSchema>;
export type ChangePassword = z.infer<typeof changePasswordSchema>;
export type ChangeEmail = z.infer<typeof changeEmailSchema>;
export type RequestPasswordReset = z.infer<typeof requestPasswordResetSchema>;
export type UseLink = z.infer<typeof useLinkSchema>;
export type ResetPassword = z.infer<typeof resetPasswordSchema>;
