import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { clearanceSchema, foundSignUpSchema, type Proof, proofSchema } from './sign-ups.schema.js';
import { SignUpsService } from './sign-ups.service.js';

@Controller('v1')
export class SignUpsController {
  constructor(private readonly signUps: SignUpsService) {}

  @ApiTags('organization')
  @ApiOperation({
    summary: 'Says whether the organization may train, and what is missing until it may',
    description:
      'On the Free plan the first training wants a confirmed address and, after a sign-up that looks like a script’s, a proof of work or the release by an operator.',
  })
  @Get('organization/training-clearance')
  @Requires('project:write', { isForPeople: true })
  @Answers(200, 'What is missing', clearanceSchema)
  clearance(@CurrentPrincipal() { tenantId }: Principal) {
    return this.signUps.clearance(tenantId);
  }

  @ApiTags('organization')
  @ApiOperation({
    summary: 'Takes the proof of work, which the dashboard does in the background',
    description: 'Once for an organization; a challenge is good for an hour, and for the organization that got it.',
  })
  @Post('organization/training-clearance/proofs')
  @Requires('project:write', { isForPeople: true })
  @Answers(201, 'What is missing still', clearanceSchema)
  prove(@CurrentPrincipal() { tenantId }: Principal, @Body({ schema: proofSchema }) body: Proof) {
    return this.signUps.prove(tenantId, body);
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Shows how an organization was signed up for: its score and the reasons',
    description: 'Addresses and networks stand nowhere; only how many others came from the same.',
  })
  @Get('admin/organizations/:organizationId/sign-up')
  @Requires('operator')
  @Answers(200, 'The sign-up', foundSignUpSchema)
  async find(@Param('organizationId') organizationId: string) {
    return { signUp: await this.signUps.find(organizationId) };
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Lets an organization train whose sign-up looked like a script’s',
    description: 'For good; its audit log says that an operator did. Again changes nothing.',
  })
  @Post('admin/organizations/:organizationId/sign-up/release')
  @Requires('operator')
  @Answers(200, 'The sign-up', foundSignUpSchema)
  async release(@Param('organizationId') organizationId: string) {
    return { signUp: await this.signUps.release(organizationId) };
  }
}
