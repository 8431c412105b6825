import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { EXAMPLE_TIME } from '../../platform/http/examples.js';
import { textSchema } from '../../platform/http/text.js';

/** As DNS has it, below a top domain. */
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;

const domainSchema = z
  .string()
  .max(253)
  // It would take an address for the domain in it.
  .overwrite((text) => (/[/\\?#@:%]/.test(text) ? '' : domainToASCII(text.trim())))
  .pipe(z.string().regex(DOMAIN, 'must be a domain, such as shop.example'))
  .describe('What stands behind the "@" of your addresses; its subdomains are domains of their own');

const issuerSchema = textSchema
  .trim()
  .max(500)
  .refine(
    (text) => URL.canParse(text) && ['https:', 'http:'].includes(new URL(text).protocol) && !/[?#]/.test(text),
    'must be an https address without "?" and "#"',
  )
  .describe("The provider's name of itself, below which /.well-known/openid-configuration is found");

/** Neither owners nor admins, whom people make. */
export const DEFAULT_ROLES = ['developer', 'billing', 'viewer'] as const;

const defaultRoleSchema = z.enum(DEFAULT_ROLES).describe('Of who becomes a member by logging in');

export const connectionSchema = z.object({
  issuer: z.string(),
  clientId: z.string(),
  defaultRole: defaultRoleSchema,
  testedAt: z.iso.datetime().nullable().describe('When an owner last came back from the provider as it is set'),
  enforcedAt: z.iso
    .datetime()
    .nullable()
    .describe('Since when addresses of the verified domains log in by it alone; null where they need not'),
});

export const domainAnswerSchema = z
  .object({
    domain: z.string(),
    record: z
      .object({ name: z.string(), type: z.literal('TXT'), value: z.string() })
      .describe('What to add to the DNS of the domain'),
    verifiedAt: z.iso.datetime().nullable().describe('When the record was found'),
    missingSince: z.iso
      .datetime()
      .nullable()
      .describe('Since when DNS has said that it is gone; after seven days the domain is no longer verified'),
  })
  .meta({
    id: 'SingleSignOnDomain',
    examples: [
      {
        domain: 'shop.example',
        record: { name: '_kindred.shop.example', type: 'TXT', value: 'kindred-domain=3q2kXc0m' },
        verifiedAt: EXAMPLE_TIME,
        missingSince: null,
      },
    ],
  });

export const singleSignOnSchema = z
  .object({
    redirectUri: z.string().describe('Where the provider is to send people back to'),
    connection: connectionSchema.nullable().describe('Null until it is set'),
    domains: z.array(domainAnswerSchema),
  })
  .meta({
    id: 'SingleSignOn',
    examples: [
      {
        redirectUri: 'https://kindred.example/v1/auth/single-sign-on/019ab3c4-5d6e-7f80-9a1b-000000000001/callback',
        connection: {
          issuer: 'https://login.shop.example',
          clientId: 'kindred',
          defaultRole: 'viewer',
          testedAt: EXAMPLE_TIME,
          enforcedAt: null,
        },
        domains: [],
      },
    ],
  });

export const setConnectionSchema = z
  .object({
    issuer: issuerSchema,
    clientId: textSchema.trim().min(1).max(500),
    clientSecret: textSchema
      .min(1)
      .max(2000)
      .optional()
      .describe('Kept encrypted and never shown; as it is where absent and neither issuer nor client change'),
    defaultRole: defaultRoleSchema,
  })
  .meta({
    examples: [
      { issuer: 'https://login.shop.example', clientId: 'kindred', clientSecret: 'a secret', defaultRole: 'viewer' },
    ],
  });

export const addDomainSchema = z.object({ domain: domainSchema }).meta({ examples: [{ domain: 'shop.example' }] });

export const enforceSchema = z
  .object({ isEnforced: z.boolean().describe('Whether addresses of the verified domains log in by it alone') })
  .meta({ examples: [{ isEnforced: true }] });

export type Connection = z.infer<typeof connectionSchema>;
export type DomainAnswer = z.infer<typeof domainAnswerSchema>;
export type SingleSignOn = z.infer<typeof singleSignOnSchema>;
export type SetConnection = z.infer<typeof setConnectionSchema>;
export type AddDomain = z.infer<typeof addDomainSchema>;
export type Enforce = z.infer<typeof enforceSchema>;
