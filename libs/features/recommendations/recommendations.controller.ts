import { Body, Controller, Headers, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { RecommendResult } from '../../models/tasks/recommendation/task.js';
import { CurrentPrincipal, type Principal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { recommendationsTotal } from '../../platform/telemetry/metrics.js';
import { ApiServed, parseIdempotencyKey, ServingService } from '../serving/index.js';
import {
  type Recommend,
  type Recommendations,
  recommendationsSchema,
  recommendSchema,
} from './recommendations.schema.js';

@ApiTags('recommendations')
@Controller('v1/deployments/:deploymentId')
export class RecommendationsController {
  constructor(private readonly serving: ServingService) {}

  @ApiOperation({ summary: 'Recommends items for a user. Each answer counts one recommendation_requests' })
  @Post('recommendations')
  @ApiServed()
  @Answers(200, 'The items, best first', recommendationsSchema)
  async recommend(
    @CurrentPrincipal() principal: Principal,
    @Param('deploymentId') deploymentId: string,
    @Body({ schema: recommendSchema }) request: Recommend,
    @Headers('idempotency-key') header?: string,
  ): Promise<Recommendations> {
    const call = {
      deploymentId,
      operation: 'recommendations',
      request,
      idempotencyKey: parseIdempotencyKey(header),
    };
    const { id, modelVersionId, answer } = await this.serving.serve<RecommendResult>(principal, call);
    recommendationsTotal.inc({ source: answer.source });
    return { recommendationId: id, modelVersionId, ...answer };
  }
}
