import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  type CreateReplays,
  createReplaysSchema,
  type CreateWebhookEndpoint,
  createWebhookEndpointSchema,
  type ListWebhookDeliveriesQuery,
  listWebhookDeliveriesQuerySchema,
  type ListWebhookEndpointsQuery,
  listWebhookEndpointsQuerySchema,
  type ListWebhookMessagesQuery,
  listWebhookMessagesQuerySchema,
  newWebhookEndpointSchema,
  replaysSchema,
  secretRotationSchema,
  type UpdateWebhookEndpoint,
  updateWebhookEndpointSchema,
  webhookDeliverySchema,
  webhookEndpointSchema,
  webhookMessageSchema,
} from './webhooks.schema.js';
import { WebhooksService } from './webhooks.service.js';

@ApiTags('webhooks')
@Controller('v1')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @ApiOperation({
    summary: 'Adds an address to which events are sent',
    description:
      'The answer holds the secret that signs the messages, which is shown this once. Without `eventTypes`, every event is sent but `audit.event`, which is to be named and needs the permission audit:read.',
  })
  @Post('webhook-endpoints')
  @Requires('webhooks:write')
  @Answers(201, 'The endpoint with its secret', newWebhookEndpointSchema)
  createEndpoint(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: createWebhookEndpointSchema }) body: CreateWebhookEndpoint,
  ) {
    return this.webhooks.createEndpoint(principal, body);
  }

  @ApiOperation({
    summary: "Lists the organization's webhook endpoints",
    description: 'Without their secrets, newest first unless you ask otherwise.',
  })
  @Get('webhook-endpoints')
  @Requires('project:read')
  @Answers(200, 'A page of endpoints', pageSchema(webhookEndpointSchema))
  listEndpoints(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: listWebhookEndpointsQuerySchema }) query: ListWebhookEndpointsQuery,
  ) {
    return this.webhooks.listEndpoints(tenantId, query);
  }

  @ApiOperation({
    summary: 'Changes, disables or enables a webhook endpoint',
    description:
      'Only what you name is changed. One that failed for days is disabled; `{"isEnabled": true}` enables it again.',
  })
  @Patch('webhook-endpoints/:endpointId')
  @Requires('webhooks:write')
  @Answers(200, 'The endpoint', webhookEndpointSchema)
  updateEndpoint(
    @CurrentPrincipal() principal: Principal,
    @Param('endpointId') endpointId: string,
    @Body({ schema: updateWebhookEndpointSchema }) body: UpdateWebhookEndpoint,
  ) {
    return this.webhooks.updateEndpoint(principal, endpointId, body);
  }

  @ApiOperation({
    summary: 'Deletes a webhook endpoint with its deliveries',
    description: 'Nothing more is sent to it.',
  })
  @Delete('webhook-endpoints/:endpointId')
  @Requires('webhooks:write')
  @Answers(204, 'It is gone')
  deleteEndpoint(@CurrentPrincipal() { tenantId }: Principal, @Param('endpointId') endpointId: string) {
    return this.webhooks.deleteEndpoint(tenantId, endpointId);
  }

  @ApiOperation({
    summary: 'Gives an endpoint a new secret; for 24 hours the present one signs too',
    description: 'Each message carries both signatures meanwhile, so that you can switch when it suits you.',
  })
  @Post('webhook-endpoints/:endpointId/secret-rotations')
  @Requires('webhooks:write')
  @Answers(201, 'The new secret', secretRotationSchema)
  rotateSecret(@CurrentPrincipal() { tenantId }: Principal, @Param('endpointId') endpointId: string) {
    return this.webhooks.rotateSecret(tenantId, endpointId);
  }

  @ApiOperation({
    summary: 'Sends a webhook.test event to an endpoint',
    description: 'To see that your program receives and verifies it; the list of deliveries says how it went.',
  })
  @Post('webhook-endpoints/:endpointId/test')
  @Requires('webhooks:write')
  @Answers(202, 'It is queued', z.object({ messageId: z.uuid() }))
  test(@CurrentPrincipal() { tenantId }: Principal, @Param('endpointId') endpointId: string) {
    return this.webhooks.test(tenantId, endpointId);
  }

  @ApiOperation({
    summary: 'Lists what was sent or is to be sent to an endpoint',
    description: 'Newest first, with the latest attempts and what your program answered.',
  })
  @Get('webhook-endpoints/:endpointId/deliveries')
  @Requires('project:read')
  @Answers(200, 'A page of deliveries, newest first', pageSchema(webhookDeliverySchema))
  listDeliveries(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('endpointId') endpointId: string,
    @Query({ schema: listWebhookDeliveriesQuerySchema }) query: ListWebhookDeliveriesQuery,
  ) {
    return this.webhooks.listDeliveries(tenantId, endpointId, query);
  }

  @ApiOperation({
    summary: 'Queues again every failed delivery to an endpoint since a time',
    description:
      'After your program was down, for example. The message keeps its id, so that you can tell that you have had it.',
  })
  @Post('webhook-endpoints/:endpointId/replays')
  @Requires('webhooks:write')
  @Answers(202, 'How many there are', replaysSchema)
  replayFailed(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('endpointId') endpointId: string,
    @Body({ schema: createReplaysSchema }) body: CreateReplays,
  ) {
    return this.webhooks.replayFailed(tenantId, endpointId, body);
  }

  @ApiOperation({
    summary: 'Queues a delivery again, whether it failed or succeeded',
    description: 'The message keeps its id, so that you can tell that you have had it.',
  })
  @Post('webhook-deliveries/:deliveryId/replay')
  @Requires('webhooks:write')
  @Answers(202, 'The queued delivery', webhookDeliverySchema)
  replay(@CurrentPrincipal() { tenantId }: Principal, @Param('deliveryId') deliveryId: string) {
    return this.webhooks.replay(tenantId, deliveryId);
  }

  @ApiOperation({
    summary: "Lists the organization's events of the last 30 days",
    description: 'Newest first, whether or not an endpoint takes them.',
  })
  @Get('webhook-messages')
  @Requires('project:read')
  @Answers(200, 'A page of messages, newest first', pageSchema(webhookMessageSchema))
  listMessages(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: listWebhookMessagesQuerySchema }) query: ListWebhookMessagesQuery,
  ) {
    return this.webhooks.listMessages(principal, query);
  }
}
