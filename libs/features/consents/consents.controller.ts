import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Public, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  type Accept,
  acceptSchema,
  consentsSchema,
  legalDocumentSchema,
  type LegalQuery,
  legalQuerySchema,
} from './consents.schema.js';
import { ConsentsService } from './consents.service.js';
import { LEGAL_DOCUMENTS } from './legal-documents.js';

@ApiTags('account')
@Controller('v1')
export class ConsentsController {
  constructor(private readonly consents: ConsentsService) {}

  @ApiOperation({
    summary: 'Shows the terms of service, the privacy text, or how data is processed',
    description: 'The names are `terms`, `privacy` and `data-processing`; the texts are the operator’s.',
  })
  @ApiParam({ name: 'document', enum: LEGAL_DOCUMENTS })
  @Get('legal-documents/:document')
  @Public()
  @Answers(200, 'The text as it holds now', legalDocumentSchema)
  find(@Param('document') name: string, @Query({ schema: legalQuerySchema }) query: LegalQuery) {
    return this.consents.find(name, query);
  }

  @ApiOperation({
    summary: 'Lists the texts that you are asked to agree to, and whether you have',
    description: 'In the version that holds now. Signing up agrees to the version of the day.',
  })
  @Get('me/consents')
  @Requires('me:read')
  @Answers(200, 'The texts', consentsSchema)
  list(@CurrentPrincipal() person: UserPrincipal) {
    return this.consents.list(person);
  }

  @ApiOperation({
    summary: 'Agrees to a text in the version that holds now',
    description: 'Kept with its time; again changes nothing.',
  })
  @Post('me/consents')
  @Requires('me:read')
  @Answers(200, 'The texts', consentsSchema)
  accept(@CurrentPrincipal() person: UserPrincipal, @Body({ schema: acceptSchema }) body: Accept) {
    return this.consents.accept(person, body);
  }
}
