import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { limitSchema, limitsSchema, type PutLimit, putLimitSchema } from './limits.schema.js';
import { LimitsService } from './limits.service.js';

@ApiTags('limits')
@Controller('v1/limits')
export class LimitsController {
  constructor(private readonly limits: LimitsService) {}

  @ApiOperation({ summary: 'Lists rate limits, quotas and spend caps, with what counts against them' })
  @Get()
  @Requires('usage:read')
  @Answers(200, "The plan's and the organization's own", limitsSchema)
  overview(@CurrentPrincipal() { tenantId }: Principal) {
    return this.limits.overview(tenantId);
  }

  @ApiOperation({
    summary: 'Sets a limit for the organization, a project or an API key, in place of the one there was',
  })
  @Put()
  @Requires('limits:write')
  @Answers(200, 'The limit, in force on every node within a second', limitSchema)
  put(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: putLimitSchema }) body: PutLimit) {
    return this.limits.put(tenantId, body);
  }

  @ApiOperation({ summary: 'Removes a limit' })
  @Delete(':limitId')
  @Requires('limits:write')
  @Answers(204, 'Removed')
  async delete(@CurrentPrincipal() { tenantId }: Principal, @Param('limitId') limitId: string) {
    await this.limits.delete(tenantId, limitId);
  }
}
