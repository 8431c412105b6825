import { z } from 'zod';
import { API_KEY_SCOPES, PAGE_SCOPES } from '../../platform/access/permissions.js';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { listQuerySchema } from '../../platform/http/page.js';
import { timeSchema } from '../../platform/http/time.js';
import { nameSchema } from '../projects/index.js';

const modeSchema = z.enum(['live', 'test']).meta({ id: 'ApiKeyMode' });
const kindSchema = z.enum(['secret', 'publishable']).meta({ id: 'ApiKeyKind' });
const scopeSchema = z.enum(API_KEY_SCOPES).meta({ id: 'ApiKeyScope' });

const address = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'must be an IP address or a CIDR block, such as 203.0.113.0/24',
});

const isOnThisMachine = (hostname: string) => ['localhost', '127.0.0.1', '[::1]'].includes(hostname);

const origin = z.string().refine((text) => {
  if (text.includes('*') || !URL.canParse(text)) return false;
  const { origin: written, protocol, hostname } = new URL(text);
  // A browser names it in this one spelling.
  return written === text && (protocol === 'https:' || (protocol === 'http:' && isOnThisMachine(hostname)));
}, 'must be an origin, such as https://shop.example, or http://localhost:3000 on a machine of your own');

export const createApiKeySchema = z
  .object({
    name: nameSchema,
    kind: kindSchema
      .default('secret')
      .describe('`publishable` for a key that stands in web pages: it sends interactions and asks for recommendations'),
    mode: modeSchema
      .default('live')
      .describe('Calls with a test key are answered but never billed, up to the plan’s test_requests'),
    scopes: z
      .array(scopeSchema)
      .min(1)
      .optional()
      .transform((scopes) => scopes && [...new Set(scopes)])
      .describe('What the key may do, within its project: `deployments:call` when absent. Not of a publishable key'),
    deploymentIds: z
      .array(z.uuid())
      .max(100)
      .default([])
      .transform((ids) => [...new Set(ids)])
      .describe('Deployments that the key may call; all of the project when empty'),
    allowedAddresses: z
      .array(address)
      .max(100)
      .default([])
      .describe('Addresses and CIDR blocks that the key may be used from; any when empty'),
    allowedOrigins: z
      .array(origin)
      .max(20)
      .default([])
      .transform((origins) => [...new Set(origins)])
      .describe('Of a publishable key: origins of the pages that it may be used on'),
    expiresAt: timeSchema
      .refine((time) => time.getTime() > Date.now(), 'must lie in the future')
      .optional()
      .describe('When the key ends; never when absent'),
  })
  .refine(({ kind, allowedOrigins }) => (kind === 'publishable') === allowedOrigins.length > 0, {
    path: ['allowedOrigins'],
    message: 'must name the pages of a publishable key, and is for no other key',
  })
  .refine(({ kind, scopes }) => kind === 'secret' || !scopes, {
    path: ['scopes'],
    message: 'must be absent for a publishable key, which can do the same everywhere',
  })
  .refine(({ deploymentIds, scopes }) => deploymentIds.length === 0 || !scopes?.includes('project:write'), {
    path: ['scopes'],
    message:
      'must not include project:write for a key that is restricted to deployments, because it could create more of them',
  })
  .transform(({ scopes, ...settings }) => ({
    ...settings,
    scopes: scopes ?? (settings.kind === 'publishable' ? [...PAGE_SCOPES] : ['deployments:call' as const]),
  }))
  .meta({
    example: { name: 'Web shop', mode: 'live', scopes: ['deployments:call'], deploymentIds: [], allowedAddresses: [] },
  });

export const rotateApiKeySchema = z
  .object({
    graceHours: z
      .int()
      .min(0)
      .max(7 * 24)
      .default(24)
      .describe('How long the old key keeps working next to the new one, with the same limits'),
  })
  .meta({ examples: [{ graceHours: 24 }] });

const EXAMPLE_KEY = {
  id: EXAMPLE_IDS.apiKey,
  projectId: EXAMPLE_IDS.project,
  name: 'Web shop',
  prefix: 'kin_live_7Gq2',
  kind: 'secret',
  mode: 'live',
  scopes: ['deployments:call'],
  deploymentIds: [],
  allowedAddresses: [],
  allowedOrigins: [],
  lineageId: EXAMPLE_IDS.apiKey,
  createdAt: EXAMPLE_TIME,
  expiresAt: null,
  revokedAt: null,
  leakedUrl: null,
  lastUsedAt: null,
};

export const apiKeySchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    name: z.string(),
    prefix: z.string().describe('First characters of the key, to recognize it by'),
    kind: kindSchema,
    mode: modeSchema,
    scopes: z.array(scopeSchema),
    deploymentIds: z.array(z.uuid()),
    allowedAddresses: z.array(z.string()),
    allowedOrigins: z.array(z.string()),
    lineageId: z
      .uuid()
      .describe('The first of the keys that replaced each other by rotation; limits apply to all of them together'),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    leakedUrl: z.string().nullable().describe('Where a secret scanner found the key, for which it was revoked'),
    lastUsedAt: z.iso.datetime().nullable().describe('Accurate to about a minute'),
  })
  .meta({
    id: 'ApiKey',
    examples: [EXAMPLE_KEY],
  });

export const listApiKeysQuerySchema = listQuerySchema(
  ['createdAt', 'name', 'lastUsedAt'],
  'Part of the name, the first characters of the key, or the whole id',
).extend({
  status: z.enum(['live', 'ended']).optional().describe('`live` for those that are accepted, `ended` for all others'),
});

export const createdApiKeySchema = apiKeySchema.extend({ key: z.string().describe('The key, shown this once') }).meta({
  examples: [{ ...EXAMPLE_KEY, key: 'kin_live_7Gq2…' }],
});

export type CreateApiKey = z.infer<typeof createApiKeySchema>;
export type RotateApiKey = z.infer<typeof rotateApiKeySchema>;
export type ListApiKeysQuery = z.infer<typeof listApiKeysQuerySchema>;
export type ApiKey = z.infer<typeof apiKeySchema>;
