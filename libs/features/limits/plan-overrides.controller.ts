import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  planOverrideSchema,
  planOverridesSchema,
  type PutPlanOverride,
  putPlanOverrideSchema,
} from './plan-overrides.schema.js';
import { PlanOverridesService } from './plan-overrides.service.js';

@ApiTags('operator')
@Controller('v1/admin/organizations/:organizationId/plan-overrides')
export class PlanOverridesController {
  constructor(private readonly overrides: PlanOverridesService) {}

  @ApiOperation({
    summary: 'Lists what an organization has in place of what its plan says',
    description: 'Limits and included amounts, each with its reason and until when it holds.',
  })
  @Get()
  @Requires('operator')
  @Answers(200, 'The overrides', planOverridesSchema)
  async list(@Param('organizationId') organizationId: string) {
    return { data: await this.overrides.list(organizationId) };
  }

  @ApiOperation({
    summary: "Sets a limit or an included amount of one organization in place of its plan's",
    description:
      'In place of the one of that kind and resource that there was. Takes effect on every node within a second.',
  })
  @Put()
  @Requires('operator', { isRecent: true })
  @Answers(200, 'The override', planOverrideSchema)
  put(@Param('organizationId') organizationId: string, @Body({ schema: putPlanOverrideSchema }) body: PutPlanOverride) {
    return this.overrides.put(organizationId, body);
  }

  @ApiOperation({ summary: 'Removes an override', description: 'What the plan says applies again.' })
  @Delete(':overrideId')
  @Requires('operator', { isRecent: true })
  @Answers(204, 'Removed')
  async delete(
    @Param('organizationId') organizationId: string,
    @Param('overrideId') overrideId: string,
  ): Promise<void> {
    await this.overrides.delete(organizationId, overrideId);
  }
}
