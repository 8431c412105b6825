import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  limitSchema,
  type LimitScope,
  limitScopeSchema,
  limitsSchema,
  type PutLimit,
  putLimitSchema,
  usedSchema,
} from './limits.schema.js';
import { LimitsService } from './limits.service.js';

@ApiTags('limits')
@Controller('v1/limits')
export class LimitsController {
  constructor(private readonly limits: LimitsService) {}

  @ApiOperation({
    summary: 'Lists rate limits, quotas and spend caps, with what counts against them',
    description: 'Those of the plan and your own, each with what is used and what is left.',
  })
  @Get()
  @Requires('usage:read')
  @Answers(200, "The plan's and the organization's own", limitsSchema)
  overview(@CurrentPrincipal() { tenantId }: Principal) {
    return this.limits.overview(tenantId);
  }

  @ApiOperation({
    summary: 'Shows what a limit would count, so that none is set below what is used already',
    description: 'Whether or not there is such a limit yet: of a meter or of `spend`, in the current billing period.',
  })
  @Get('use')
  @Requires('usage:read')
  @Answers(200, "In the meter's unit, or the currency's main unit", usedSchema)
  async use(@CurrentPrincipal() { tenantId }: Principal, @Query({ schema: limitScopeSchema }) query: LimitScope) {
    return { used: await this.limits.use(tenantId, query) };
  }

  @ApiOperation({
    summary: 'Sets a limit for the organization, a project or an API key, in place of the one there was',
    description: 'Takes effect at once; what the plan sets still applies. Alerts come at 50, 75 and 100 %.',
  })
  @Put()
  @Requires('limits:write')
  @Answers(200, 'The limit, in force on every node within a second', limitSchema)
  put(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: putLimitSchema }) body: PutLimit) {
    return this.limits.put(tenantId, body);
  }

  @ApiOperation({ summary: 'Removes a limit', description: 'What the plan sets applies again.' })
  @Delete(':limitId')
  @Requires('limits:write')
  @Answers(204, 'Removed')
  async delete(@CurrentPrincipal() { tenantId }: Principal, @Param('limitId') limitId: string) {
    await this.limits.delete(tenantId, limitId);
  }
}
