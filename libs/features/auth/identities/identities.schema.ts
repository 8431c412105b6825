import { z } from 'zod';
import { emailSchema } from '../../../platform/http/email.js';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../../platform/http/examples.js';
import { MAIL_LANGUAGES } from '../../notifications/index.js';

/** Of the operator's settings, in the order of the buttons. */
export const PROVIDERS = ['google', 'github', 'openid'] as const;

export const providerSchema = z.enum(PROVIDERS);

const returnToSchema = z
  .string()
  .max(2000)
  // As the browser reads it: neither "//other.example" nor "/\\other.example" is a path.
  .refine((text) => /^\/(?![/\\])/.test(text) && !/[\p{Cc}\\]/u.test(text), 'must be a path of the dashboard')
  .default('/projects')
  .describe('The page that the browser comes back to');

const language = z.enum(MAIL_LANGUAGES).default('en').describe('Of the mails to who has no account yet');

export const startLogInSchema = z
  .object({ returnTo: returnToSchema, language })
  .meta({ examples: [{ returnTo: '/projects', language: 'en' }] });

export const startSingleSignOnSchema = z
  .object({ email: emailSchema, returnTo: returnToSchema, language })
  .meta({ examples: [{ email: 'me@shop.example', returnTo: '/projects', language: 'en' }] });

export const connectSchema = z.object({ provider: providerSchema }).meta({ examples: [{ provider: 'google' }] });

export const startedSchema = z
  .object({ location: z.url().describe("The provider's page, to which the browser goes now") })
  .meta({ id: 'StartedLogIn', examples: [{ location: 'https://login.shop.example/authorize?client_id=kindred' }] });

export const providersSchema = z
  .object({ providers: z.array(z.object({ provider: providerSchema, name: z.string() })) })
  .meta({ id: 'Providers', examples: [{ providers: [{ provider: 'google', name: 'Google' }] }] });

export const identitySchema = z
  .object({
    id: z.uuid(),
    provider: z.enum([...PROVIDERS, 'single_sign_on']),
    email: z.string().describe('As the provider had it last'),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'Identity',
    examples: [
      {
        id: EXAMPLE_IDS.identity,
        provider: 'google',
        email: 'me@shop.example',
        createdAt: EXAMPLE_TIME,
        lastUsedAt: EXAMPLE_TIME,
      },
    ],
  });

export const identitiesSchema = z.object({
  identities: z.array(identitySchema),
  hasPassword: z.boolean().describe('Whether you can log in without any of these'),
});

export type Provider = z.infer<typeof providerSchema>;
export type StartLogIn = z.infer<typeof startLogInSchema>;
export type StartSingleSignOn = z.infer<typeof startSingleSignOnSchema>;
export type Connect = z.infer<typeof connectSchema>;
export type Identity = z.infer<typeof identitySchema>;
export type Identities = z.infer<typeof identitiesSchema>;
