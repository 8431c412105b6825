import { Body, Controller, Delete, Put } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PausePlan, pausePlanSchema, pauseSchema } from './billing.schema.js';
import { PausesService } from './pauses.service.js';

@ApiTags('billing')
@Controller('v1/billing')
export class PausesController {
  constructor(private readonly pauses: PausesService) {}

  @ApiOperation({
    summary: 'Pauses the plan from the end of the paid month',
    description:
      'Of an organization that pays through Stripe. Free holds in its place, without a fee, for so many billing months; then the plan goes on by itself. Models and data are kept.',
  })
  @Put('pause')
  @Requires('billing:write', { isRecent: true })
  @Answers(200, 'From when until when', pauseSchema)
  pause(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: pausePlanSchema }) body: PausePlan) {
    return this.pauses.pause(tenantId, body);
  }

  @ApiOperation({
    summary: 'Resumes a paused plan, or takes back a pause that is to come',
    description:
      'Of a pause that is on, the card on file is charged a month of the plan, which begins now; where it is refused, the plan stays paused.',
  })
  @Delete('pause')
  @Requires('billing:write', { isRecent: true })
  @Answers(204, 'The plan goes on')
  resume(@CurrentPrincipal() { tenantId }: Principal) {
    return this.pauses.resume(tenantId);
  }
}
