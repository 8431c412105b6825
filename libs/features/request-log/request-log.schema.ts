import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageQuerySchema } from '../../platform/http/page.js';
import { timeSchema } from '../../platform/http/time.js';

/** So long can a call be looked for; what is older is deleted. */
export const KEPT_DAYS = 30;
export const PATH_CHARACTERS_MAX = 512;
export const BUCKETS_MAX = 60;

const filters = {
  from: timeSchema.optional().describe('Start, inclusive'),
  to: timeSchema.optional().describe('End, exclusive'),
  projectId: z.uuid().optional(),
  apiKeyId: z
    .uuid()
    .optional()
    .describe('Of one API key; 00000000-0000-0000-0000-000000000000 for tries from the dashboard'),
  deploymentId: z.uuid().optional(),
  status: z
    .string()
    .regex(/^[1-5](xx|\d\d)$/, 'must be a status such as 404, or a class such as 4xx')
    .optional(),
  route: z.string().min(1).max(200).optional().describe('The pattern of the route, such as /v1/projects/:projectId'),
  path: z.string().min(1).max(PATH_CHARACTERS_MAX).optional().describe('What the path starts with'),
  requestId: z.string().min(1).max(64).optional().describe('The header x-request-id of the answer'),
  errorCode: z.string().min(1).max(100).optional().describe('The code of the problem details'),
};

export const requestLogFilterSchema = z.strictObject(filters);

export const requestLogQuerySchema = pageQuerySchema.extend(filters);

const EXAMPLE_ENTRY = {
  id: EXAMPLE_IDS.entry,
  occurredAt: EXAMPLE_TIME,
  method: 'POST',
  route: '/v1/deployments/:deploymentId/recommendations',
  path: `/v1/deployments/${EXAMPLE_IDS.deployment}/recommendations`,
  status: 200,
  durationMs: 4,
  apiKeyId: EXAMPLE_IDS.apiKey,
  projectId: EXAMPLE_IDS.project,
  deploymentId: EXAMPLE_IDS.deployment,
  requestId: EXAMPLE_IDS.call,
  errorCode: null,
  fallbackReason: null,
};

export const requestLogEntrySchema = z
  .object({
    id: z.uuid(),
    occurredAt: z.iso.datetime().describe('When it was answered'),
    method: z.string(),
    route: z.string().describe('The pattern of the route'),
    path: z
      .string()
      .describe(
        `What was called, without its query, up to ${PATH_CHARACTERS_MAX} characters; who it was about stays the pattern's name`,
      ),
    status: z.int(),
    durationMs: z.int(),
    apiKeyId: z.uuid().nullable().describe('Null for a try from the dashboard'),
    projectId: z.uuid(),
    deploymentId: z.uuid().nullable(),
    requestId: z.string(),
    errorCode: z.string().nullable(),
    fallbackReason: z
      .string()
      .nullable()
      .describe('Why something else than the model answered, such as unknown_user; null where the model did'),
  })
  .meta({
    id: 'RequestLogEntry',
    examples: [EXAMPLE_ENTRY],
  });

export const requestLogEntryDetailSchema = requestLogEntrySchema
  .extend({
    sameError: z
      .int()
      .nullable()
      .describe('How often this error code came up on this route in the last 24 hours; null without an error'),
  })
  .meta({
    id: 'RequestLogEntryDetail',
    examples: [{ ...EXAMPLE_ENTRY, status: 409, errorCode: 'idempotency_key_reused', sameError: 12 }],
  });

export const requestLogHistogramSchema = z
  .object({
    bucketSeconds: z.int().describe('How long each bucket is'),
    data: z
      .array(
        z.object({
          from: z.iso.datetime().describe('Start of the bucket'),
          '2xx': z.int().describe('Calls with a status below 400'),
          '4xx': z.int(),
          '5xx': z.int(),
        }),
      )
      .describe(`Up to ${BUCKETS_MAX} buckets without a gap, oldest first; none if no call matches`),
  })
  .meta({
    id: 'RequestLogHistogram',
    examples: [{ bucketSeconds: 3600, data: [{ from: '2026-11-23T10:00:00.000Z', '2xx': 1204, '4xx': 3, '5xx': 0 }] }],
  });

export type RequestLogFilter = z.infer<typeof requestLogFilterSchema>;
export type RequestLogQuery = z.infer<typeof requestLogQuerySchema>;
export type RequestLogEntry = z.infer<typeof requestLogEntrySchema>;
export type RequestLogEntryDetail = z.infer<typeof requestLogEntryDetailSchema>;
export type RequestLogHistogram = z.infer<typeof requestLogHistogramSchema>;
