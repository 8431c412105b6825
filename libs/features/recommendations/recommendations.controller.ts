import { Body, Controller, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RecommendResult } from '../../models/tasks/recommendation/task.js';
import { CurrentPrincipal, OpenToPages, type Principal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { noteForLog } from '../../platform/http/current-request.js';
import { recommendationsTotal } from '../../platform/telemetry/metrics.js';
import { ApiServed, IdempotencyKey, ServingService, type TryQuery, tryQuerySchema } from '../serving/index.js';
import {
  type Recommend,
  type Recommendations,
  recommendationsSchema,
  recommendSchema,
} from './recommendations.schema.js';

/** Whoever asks for what is popular, and for nobody, needs to be nobody. */
const findPersons = (body: unknown): unknown[] => {
  const { personalized, userId } = (body ?? {}) as { personalized?: unknown; userId?: unknown };
  return personalized === false && userId === undefined ? [] : [body];
};

@ApiTags('recommendations')
@Controller('v1/deployments/:deploymentId')
export class RecommendationsController {
  constructor(private readonly serving: ServingService) {}

  @ApiOperation({
    summary: 'Recommends items for a user',
    description:
      'For a user whom the model never saw, what is popular is answered, and `fallbackReason` says so. Counts one `recommendation_requests`, or one `test_requests` where a test key or a person asks.',
  })
  @Post('recommendations')
  @ApiServed()
  @OpenToPages(findPersons)
  @Answers(200, 'The items, best first', recommendationsSchema)
  async recommend(
    @CurrentPrincipal() principal: Principal,
    @Param('deploymentId') deploymentId: string,
    @Body({ schema: recommendSchema }) request: Recommend,
    @Query({ schema: tryQuerySchema }) { modelVersionId }: TryQuery,
    @IdempotencyKey() idempotencyKey?: string,
  ): Promise<Recommendations> {
    const call = {
      deploymentId,
      operation: 'recommendations',
      request,
      modelVersionId,
      idempotencyKey,
    };
    const { id, answer, ...served } = await this.serving.serve<RecommendResult>(principal, call);
    recommendationsTotal.inc({ source: answer.source });
    noteForLog({ fallbackReason: answer.fallbackReason });
    return { recommendationId: id, ...served, ...answer };
  }
}
