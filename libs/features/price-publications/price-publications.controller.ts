import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import {
  type ListPricePublicationsQuery,
  listPricePublicationsQuerySchema,
  pricePublicationListSchema,
  pricePublicationSchema,
  type ProposePrice,
  proposePriceSchema,
} from './price-publications.schema.js';
import { PricePublicationsService } from './price-publications.service.js';

@ApiTags('operator')
@Controller('v1/admin/price-publications')
export class PricePublicationsController {
  constructor(private readonly publications: PricePublicationsService) {}

  @ApiOperation({
    summary: 'Lists prices that were proposed and published, the newest first',
    description: 'With who proposed and who confirmed each, and what came of its simulation.',
  })
  @Get()
  @Requires('operator')
  @Answers(200, 'A page of publications', pricePublicationListSchema)
  list(
    @CurrentPrincipal() operator: UserPrincipal,
    @Query({ schema: listPricePublicationsQuerySchema }) query: ListPricePublicationsQuery,
  ) {
    return this.publications.list(operator, query);
  }

  @ApiOperation({
    summary: 'Proposes a draft as the new price of a plan, to be confirmed by another operator',
    description:
      'The draft is simulated over the past once more. Nothing changes for anybody until another operator confirms it, within seven days; where there is no other, the same one does, by a call of its own.',
  })
  @Post()
  @Requires('operator', { isRecent: true })
  @Answers(201, 'The proposal', pricePublicationSchema)
  propose(@CurrentPrincipal() operator: UserPrincipal, @Body({ schema: proposePriceSchema }) body: ProposePrice) {
    return this.publications.propose(operator, body);
  }

  @ApiOperation({
    summary: 'Confirms a price that another operator proposed',
    description:
      'It becomes a version of the plan that is never changed: on offer from its date, and where present subscribers go on with it, they are told at once.',
  })
  @Post(':publicationId/confirm')
  @HttpCode(200)
  @Requires('operator', { isRecent: true })
  @Answers(200, 'The publication', pricePublicationSchema)
  confirm(@CurrentPrincipal() operator: UserPrincipal, @Param('publicationId') publicationId: string) {
    return this.publications.confirm(operator, publicationId);
  }

  @ApiOperation({
    summary: 'Declines a price that was proposed, or takes the proposal back',
    description: 'Nobody was told of it.',
  })
  @Post(':publicationId/decline')
  @HttpCode(200)
  @Requires('operator', { isRecent: true })
  @Answers(200, 'The publication, declined', pricePublicationSchema)
  decline(@CurrentPrincipal() operator: UserPrincipal, @Param('publicationId') publicationId: string) {
    return this.publications.decline(operator, publicationId);
  }

  @ApiOperation({
    summary: 'Withdraws a published price before its date',
    description:
      'Until a day before present subscribers go on with it, or where they keep theirs, before it is on offer. The price of before is on offer again, nobody goes on with the other, and who was told so is told; who bought it meanwhile keeps it.',
  })
  @Post(':publicationId/withdraw')
  @HttpCode(200)
  @Requires('operator', { isRecent: true })
  @Answers(200, 'The publication, withdrawn', pricePublicationSchema)
  withdraw(@CurrentPrincipal() operator: UserPrincipal, @Param('publicationId') publicationId: string) {
    return this.publications.withdraw(operator, publicationId);
  }
}
