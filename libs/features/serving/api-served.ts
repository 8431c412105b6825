import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { OpenToKeys, Requires } from '../../platform/access/principal.js';
import { BOUNDS } from '../../platform/bounds.js';
import { problemSchema } from '../../platform/errors/problem.js';

/**
 * What every route is that a deployment answers by: the permission, the caller's own id of the call, and how limits answer.
 *
 * @param isLong whether a call brings texts or the like, for which the bound of other bodies is too small
 */
export const ApiServed = ({ isLong = false } = {}) =>
  applyDecorators(
    ...(isLong ? [RouteConfig({ bodyBytes: BOUNDS.longCallBytes.most })] : []),
    Requires('deployments:call'),
    OpenToKeys(),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'UUIDv7 of the call: a retry that sends it again within a day is metered once, and gets the same answer',
    }),
    ApiResponse({
      status: 402,
      description: 'A quota of the plan or a spend cap is reached',
      standardSchema: problemSchema,
    }),
    ApiResponse({
      status: 409,
      description: 'The Idempotency-Key was sent with another call, or the deployment answers another task',
      standardSchema: problemSchema,
    }),
  );

/** What a person may ask besides: how another version of the model would answer. */
export const tryQuerySchema = z.object({
  modelVersionId: z
    .uuid()
    .optional()
    .describe("Another version of the deployment's model than the live one, for people who are logged in"),
});

export type TryQuery = z.output<typeof tryQuerySchema>;
