import { Controller, Get, Headers, Param, Post, Query, type RawBodyRequest, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Public, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { ORGANIZATION_COLUMNS, sendCsv, withOrganization } from '../../platform/http/csv.js';
import { everyRow } from '../../platform/http/page.js';
import { wrongSignature } from './stripe-events.errors.js';
import {
  type ExportStripeEventsQuery,
  exportStripeEventsQuerySchema,
  type ListStripeEventsQuery,
  listStripeEventsQuerySchema,
  stripeEventListSchema,
  stripeEventSchema,
} from './stripe-events.schema.js';
import { StripeEventsService } from './stripe-events.service.js';

const COLUMNS = [
  'id',
  'eventId',
  'type',
  'createdAt',
  'receivedAt',
  'customerId',
  'invoiceId',
  'status',
  'effect',
  'reason',
  'error',
  'tries',
  'followedAt',
];

@ApiTags('operator')
@Controller('v1')
export class StripeEventsController {
  constructor(private readonly events: StripeEventsService) {}

  /** Stripe calls this. */
  @Post('billing/stripe/webhook')
  @Public()
  @ApiExcludeEndpoint()
  @Answers(204, 'Kept')
  async receive(
    @Req() request: RawBodyRequest<FastifyRequest>,
    @Headers('stripe-signature') signature?: string,
  ): Promise<void> {
    if (!request.rawBody || !signature) throw wrongSignature();
    await this.events.receive(request.rawBody, signature);
  }

  @ApiOperation({
    summary: 'Lists what Stripe told, and what came of it',
    description: 'The newest first, for 90 days. Webhooks that never came are fetched from Stripe once a day.',
  })
  @Get('admin/stripe-events')
  @Requires('operator')
  @Answers(200, 'A page of events', stripeEventListSchema)
  list(@Query({ schema: listStripeEventsQuerySchema }) query: ListStripeEventsQuery) {
    return this.events.list(query);
  }

  @ApiOperation({
    summary: 'Exports what Stripe told, and what came of it, as CSV',
    description: 'Takes the filters of the list. The newest first.',
  })
  @Get('admin/stripe-events.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', z.string().meta({ examples: ['organizationId,organizationName,id,eventId,type,…'] }))
  export(
    @Query({ schema: exportStripeEventsQuerySchema }) filter: ExportStripeEventsQuery,
    @Res() reply: FastifyReply,
  ): void {
    const rows = everyRow((page) => this.events.list({ ...filter, ...page }));
    sendCsv(reply, 'stripe-events', [...ORGANIZATION_COLUMNS, ...COLUMNS], withOrganization(rows));
  }

  @ApiOperation({
    summary: 'Follows an event of Stripe’s again, now',
    description: 'Whatever came of it before: Stripe is asked for the present state, so that it changes nothing twice.',
  })
  @Post('admin/stripe-events/:id/retry')
  @Requires('operator')
  @Answers(200, 'The event, with what came of it', stripeEventSchema)
  retry(@Param('id') id: string) {
    return this.events.retry(id);
  }
}
