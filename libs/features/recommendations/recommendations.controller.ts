import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, OpenToKeys, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
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
  @Answers(200, 'The items, best first', recommendationsSchema)
  recommend(
    @CurrentPrincipal() principal: Principal,
    @Param('deploymentId') deploymentId: string,
    @Body({ schema: recommendSchema }) body: Recommend,
  ) {
    return this.recommendations.recommend(principal, deploymentId, body);
  }
}
