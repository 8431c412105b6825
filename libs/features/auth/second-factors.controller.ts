import { Body, Controller, Delete, Get, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  firstRecoveryCodesSchema,
  newTotpSchema,
  recoveryCodesSchema,
  secondFactorsSchema,
  type UseCode,
  useCodeSchema,
} from './second-factors.schema.js';
import { SecondFactorsService } from './second-factors.service.js';

@ApiTags('account')
@Controller('v1/me')
export class SecondFactorsController {
  constructor(private readonly secondFactors: SecondFactorsService) {}

  @ApiOperation({
    summary: 'Shows your second factors',
    description:
      'An app that shows codes, and how many recovery codes are left. Once you have one, a login asks for it.',
  })
  @Get('second-factors')
  @Requires('me:read')
  @Answers(200, 'Your second factors', secondFactorsSchema)
  show(@CurrentPrincipal() person: UserPrincipal) {
    return this.secondFactors.show(person);
  }

  @ApiOperation({
    summary: 'Starts to set up an app that shows one-time codes (TOTP)',
    description: 'The secret is shown this once. It counts once a first code of it confirms it.',
  })
  @Post('totp')
  @Requires('me:read', { isRecent: true })
  @Answers(201, 'What the app is to be given', newTotpSchema)
  createTotp(@CurrentPrincipal() person: UserPrincipal) {
    return this.secondFactors.createTotp(person);
  }

  @ApiOperation({
    summary: 'Confirms the app by its first code',
    description: 'From here on a login asks for a code. Recovery codes come with the first second factor.',
  })
  @Post('totp/confirmation')
  @Requires('me:read', { isRecent: true })
  @Answers(201, 'Confirmed; recovery codes, where you had none', firstRecoveryCodesSchema)
  async confirmTotp(@CurrentPrincipal() person: UserPrincipal, @Body({ schema: useCodeSchema }) body: UseCode) {
    return { recoveryCodes: await this.secondFactors.confirmTotp(person, body) };
  }

  @ApiOperation({
    summary: 'Removes the app that shows one-time codes',
    description: 'With the recovery codes, unless a passkey is left that they stand in for.',
  })
  @Delete('totp')
  @Requires('me:read', { isRecent: true })
  @Answers(204, 'Removed')
  deleteTotp(@CurrentPrincipal() person: UserPrincipal): Promise<void> {
    return this.secondFactors.deleteTotp(person);
  }

  @ApiOperation({
    summary: 'Makes new recovery codes',
    description: 'Ten, in the place of those of before, which end.',
  })
  @Post('recovery-codes')
  @Requires('me:read', { isRecent: true })
  @Answers(201, 'The codes, shown this once', recoveryCodesSchema)
  async makeRecoveryCodes(@CurrentPrincipal() person: UserPrincipal) {
    return { recoveryCodes: await this.secondFactors.makeRecoveryCodes(person) };
  }
}
