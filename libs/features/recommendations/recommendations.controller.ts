import { Body, Controller, Headers, Param, Post } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, OpenToKeys, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { problemSchema } from '../../platform/errors/problem.js';
import { parseIdempotencyKey } from './idempotency-key.js';
import { type Recommend, recommendationsSchema, recommendSchema } from './recommendations.schema.js';
import { RecommendationsService } from './recommendations.service.js';

@ApiTags('recommendations')
@Controller('v1/deployments/:deploymentId')
export class RecommendationsController {
  constructor(private readonly recommendations: RecommendationsService) {}

  @ApiOperation({ summary: 'Recommends items for a user. Each answer counts one recommendation_requests' })
  @Post('recommendations')
  @Requires('recommendations:read')
  @OpenToKeys()
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'UUIDv7 of the call: a retry that sends it again is metered once',
  })
  @Answers(200, 'The items, best first', recommendationsSchema)
  @ApiResponse({
    status: 402,
    description: 'A quota of the plan or a spend cap is reached',
    standardSchema: problemSchema,
  })
  @ApiResponse({
    status: 409,
    description: 'The Idempotency-Key was sent with another call',
    standardSchema: problemSchema,
  })
  recommend(
    @CurrentPrincipal() principal: Principal,
    @Param('deploymentId') deploymentId: string,
    @Body({ schema: recommendSchema }) body: Recommend,
    @Headers('idempotency-key') idempotencyKey?: string,
  ) {
    return this.recommendations.recommend(principal, deploymentId, body, parseIdempotencyKey(idempotencyKey));
  }
}
