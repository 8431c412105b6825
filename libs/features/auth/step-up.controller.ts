import { Body, Controller, Ip, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type StepUp, stepUpSchema } from './step-up.schema.js';
import { StepUpService } from './step-up.service.js';

@ApiTags('auth')
@Controller('v1/auth')
export class StepUpController {
  constructor(private readonly stepUps: StepUpService) {}

  @ApiOperation({
    summary: 'Confirms that it is you',
    description:
      'Routes with `x-recent-authentication` in openapi.json want that a person logged in, or confirmed it, within ten minutes; otherwise they answer 403 `step_up_required`, whose `methods` say by what. Wrong attempts count as those of a login do. It concerns no API key.',
  })
  @Post('step-up')
  @Requires('me:read')
  @Answers(204, 'Confirmed: make the call again')
  stepUp(
    @CurrentPrincipal() person: UserPrincipal,
    @Body({ schema: stepUpSchema }) body: StepUp,
    @Ip() address: string,
  ): Promise<void> {
    return this.stepUps.stepUp(person, body, address);
  }
}
