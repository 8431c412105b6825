import { z } from 'zod';
import { API_KEY_SCOPES } from '../../platform/access/permissions.js';
import { nameSchema } from '../projects/index.js';

export const createApiKeySchema = z.object({
  name: nameSchema,
  scopes: z
    .array(z.enum(API_KEY_SCOPES))
    .min(1)
    .default(['recommendations:read'])
    .transform((scopes) => [...new Set(scopes)])
    .describe('What the key may do, within its project'),
});

export const apiKeySchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    name: z.string(),
    prefix: z.string().describe('First characters of the key, to tell it by'),
    scopes: z.array(z.enum(API_KEY_SCOPES)),
    createdAt: z.iso.datetime(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey' });

export const createdApiKeySchema = apiKeySchema.extend({ key: z.string().describe('The key, shown this once') });

export type CreateApiKey = z.infer<typeof createApiKeySchema>;
export type ApiKey = z.infer<typeof apiKeySchema>;
