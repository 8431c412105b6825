import { z } from 'zod';
import { pageQuerySchema } from '../../platform/http/page.js';
import { timeSchema } from '../../platform/http/time.js';

const filters = {
  from: timeSchema.optional().describe('Start, inclusive'),
  to: timeSchema.optional().describe('End, exclusive'),
  projectId: z.uuid().optional(),
  apiKeyId: z.uuid().optional(),
  deploymentId: z.uuid().optional(),
  status: z
    .string()
    .regex(/^[1-5](xx|\d\d)$/, 'must be a status such as 404, or a class such as 4xx')
    .optional(),
  requestId: z.string().min(1).max(64).optional().describe('The header x-request-id of the answer'),
  errorCode: z.string().min(1).max(100).optional().describe('The code of the problem details'),
};

export const requestLogFilterSchema = z.strictObject(filters);

export const requestLogQuerySchema = pageQuerySchema.extend(filters);

export const requestLogEntrySchema = z
  .object({
    id: z.uuid(),
    occurredAt: z.iso.datetime().describe('When it was answered'),
    method: z.string(),
    route: z.string().describe('The pattern of the route'),
    status: z.int(),
    durationMs: z.int(),
    apiKeyId: z.uuid(),
    projectId: z.uuid(),
    deploymentId: z.uuid().nullable(),
    requestId: z.string(),
    errorCode: z.string().nullable(),
  })
  .meta({ id: 'RequestLogEntry' });

export type RequestLogFilter = z.infer<typeof requestLogFilterSchema>;
export type RequestLogQuery = z.infer<typeof requestLogQuerySchema>;
export type RequestLogEntry = z.infer<typeof requestLogEntrySchema>;
