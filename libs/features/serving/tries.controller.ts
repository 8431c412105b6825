import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { noteForLog } from '../../platform/http/current-request.js';
import { ServingService } from './serving.service.js';
import { type Try, triedSchema, trySchema } from './tries.schema.js';

@ApiTags('models')
@Controller('v1/projects/:projectId/models/:modelId/versions/:modelVersionId')
export class TriesController {
  constructor(private readonly serving: ServingService) {}

  @ApiOperation({
    summary: 'Tries a version that need not be deployed, for people who are logged in',
    description:
      'Takes and answers what a deployment of the version would. Counts one `test_requests`. A program calls a deployment.',
  })
  @ApiParam({
    name: 'operation',
    description: 'What it is asked, such as `recommendations`; GET /v1/families lists it',
  })
  @Post(':operation')
  @Requires('deployments:call', { isForPeople: true })
  @Answers(200, 'What the version answers', triedSchema)
  async try(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId') projectId: string,
    @Param('modelId') modelId: string,
    @Param('modelVersionId') modelVersionId: string,
    @Param('operation') operation: string,
    @Body({ schema: trySchema }) request: Try,
  ) {
    const version = { projectId, modelId, modelVersionId };
    const { answer, modelVersionId: id } = await this.serving.try(principal, version, operation, request);
    if ('fallbackReason' in answer) noteForLog({ fallbackReason: String(answer.fallbackReason) });
    return { modelVersionId: id, ...answer };
  }
}
