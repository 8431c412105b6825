import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { textSchema } from '../../platform/http/text.js';

const base64url = z
  .string()
  .min(1)
  .max(8192)
  .regex(/^[\w-]+=*$/, 'must be base64url');

const credential = { id: base64url, rawId: base64url, type: z.literal('public-key') };

/** As a browser's `toJSON()` gives it; the signature decides whether it is right. */
export const assertionSchema = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.nullish(),
  }),
});

const attestationSchema = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z.array(z.string().max(40)).max(10).optional(),
  }),
});

const SIGNED = { clientDataJSON: 'eyJ0eXBlIjoi', authenticatorData: 'SZYN5YgOjGh0', signature: 'MEUCIQDx' };
export const EXAMPLE_ASSERTION = { id: 'q1VbWnM', rawId: 'q1VbWnM', type: 'public-key', response: SIGNED } as const;

export const passkeySchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'Passkey',
    examples: [{ id: EXAMPLE_IDS.passkey, name: 'My laptop', createdAt: EXAMPLE_TIME, lastUsedAt: null }],
  });

export const passkeysSchema = z.object({ data: z.array(passkeySchema) });

export const passkeyOptionsSchema = z
  .object({ options: z.record(z.string(), z.unknown()).describe('For `navigator.credentials`, as JSON') })
  .meta({ examples: [{ options: { challenge: 'dGhlIGNoYWxsZW5nZQ' } }] });

export const createPasskeySchema = z
  .object({ name: textSchema.trim().min(1).max(120), response: attestationSchema })
  .meta({
    examples: [
      {
        name: 'My laptop',
        response: {
          id: 'q1VbWnM',
          rawId: 'q1VbWnM',
          type: 'public-key',
          response: { clientDataJSON: 'eyJ0eXBlIjoi', attestationObject: 'o2NmbXRkbm9u' },
        },
      },
    ],
  });

export const createdPasskeySchema = z
  .object({
    passkey: passkeySchema,
    recoveryCodes: z.array(z.string()).nullable().describe('Null where you have some'),
  })
  .meta({
    examples: [
      {
        passkey: { id: EXAMPLE_IDS.passkey, name: 'My laptop', createdAt: EXAMPLE_TIME, lastUsedAt: null },
        recoveryCodes: null,
      },
    ],
  });

export const passkeyLoginSchema = z
  .object({ response: assertionSchema })
  .meta({ examples: [{ response: EXAMPLE_ASSERTION }] });

export type Assertion = z.infer<typeof assertionSchema>;
export type CreatePasskey = z.infer<typeof createPasskeySchema>;
export type PasskeyLogin = z.infer<typeof passkeyLoginSchema>;
export type Passkey = z.infer<typeof passkeySchema>;

/** What the library wants besides, which says nothing. */
export const toAssertion = (given: Assertion) =>
  ({ ...given, clientExtensionResults: {} }) as unknown as AuthenticationResponseJSON;
export const toAttestation = (given: CreatePasskey['response']) =>
  ({ ...given, clientExtensionResults: {} }) as unknown as RegistrationResponseJSON;
