import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  type ListTroubledEndpointsQuery,
  listTroubledEndpointsQuerySchema,
  troubledEndpointSchema,
  webhookHealthSchema,
} from './webhook-health.schema.js';
import { WebhookHealthService } from './webhook-health.service.js';

@ApiTags('operator')
@Controller('v1/admin')
export class WebhookHealthController {
  constructor(private readonly health: WebhookHealthService) {}

  @ApiOperation({
    summary: 'Shows how webhooks are delivered over all organizations',
    description: 'How many deliveries wait and fail, and for how long the oldest has waited.',
  })
  @Get('webhook-health')
  @Requires('operator')
  @Answers(200, 'What waits, and what came of the last 24 hours', webhookHealthSchema)
  get() {
    return this.health.get();
  }

  @ApiOperation({
    summary: 'Lists the webhook endpoints of every organization that fail or are disabled',
    description: 'With whose they are and since when they fail.',
  })
  @Get('webhook-endpoints')
  @Requires('operator')
  @Answers(200, 'A page of endpoints, newest first', pageSchema(troubledEndpointSchema))
  list(@Query({ schema: listTroubledEndpointsQuerySchema }) query: ListTroubledEndpointsQuery) {
    return this.health.listTroubled(query);
  }
}
