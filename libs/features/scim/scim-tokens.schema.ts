import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { nameSchema } from '../projects/index.js';

const EXAMPLE = {
  id: EXAMPLE_IDS.scimToken,
  name: 'Okta',
  prefix: 'kin_scim_7Gq2',
  createdAt: EXAMPLE_TIME,
  lastUsedAt: null,
};

export const scimTokenSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    prefix: z.string().describe('How the token begins, by which it is told from others'),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable().describe('To the minute'),
  })
  .meta({ id: 'ScimToken', examples: [EXAMPLE] });

export const scimSchema = z
  .object({
    baseUrl: z.string().describe('Where the directory is to send what it has to say'),
    tokens: z.array(scimTokenSchema),
  })
  .meta({ id: 'Scim', examples: [{ baseUrl: 'https://kindred.example/scim/v2', tokens: [EXAMPLE] }] });

export const createScimTokenSchema = z.object({ name: nameSchema }).meta({ examples: [{ name: 'Okta' }] });

export const createdScimTokenSchema = scimTokenSchema
  .extend({ token: z.string().describe('Shown this once') })
  .meta({ id: 'CreatedScimToken', examples: [{ ...EXAMPLE, token: 'kin_scim_7Gq2Xc0mP1s4vB8nK3jR6tY9wZ5aQd0L2eF' }] });

export type CreateScimToken = z.infer<typeof createScimTokenSchema>;
export type Scim = z.infer<typeof scimSchema>;
export type ScimToken = z.infer<typeof scimTokenSchema>;
export type CreatedScimToken = z.infer<typeof createdScimTokenSchema>;
