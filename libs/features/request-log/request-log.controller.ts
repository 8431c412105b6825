import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { sendCsv } from '../../platform/http/csv.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  requestLogEntryDetailSchema,
  requestLogEntrySchema,
  type RequestLogFilter,
  requestLogFilterSchema,
  requestLogHistogramSchema,
  type RequestLogQuery,
  requestLogQuerySchema,
} from './request-log.schema.js';
import { RequestLogService } from './request-log.service.js';

@ApiTags('request log')
@Controller('v1')
export class RequestLogController {
  constructor(private readonly requestLog: RequestLogService) {}

  @ApiOperation({
    summary: 'Lists the calls of the last 30 days',
    description:
      'Those with API keys, and tries of deployments from the dashboard, newest first. Filter by status, path, key, deployment, error code or request id; never holds bodies. Of calls that came too fast, ten a second are kept.',
  })
  @Get('request-log')
  @Requires('usage:read')
  @Answers(
    200,
    'A page of calls, newest first; a call is here within some two seconds',
    pageSchema(requestLogEntrySchema),
  )
  list(@CurrentPrincipal() { tenantId }: Principal, @Query({ schema: requestLogQuerySchema }) query: RequestLogQuery) {
    return this.requestLog.list(tenantId, query);
  }

  @ApiOperation({
    summary: 'Counts these calls by time and class of status',
    description: 'Takes the same filters as the list.',
  })
  @Get('request-log/histogram')
  @Requires('usage:read')
  @Answers(200, 'Buckets from `from`, or the first call that matches, to `to`, or now', requestLogHistogramSchema)
  histogram(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: requestLogFilterSchema }) filter: RequestLogFilter,
  ) {
    return this.requestLog.histogram(tenantId, filter);
  }

  @ApiOperation({ summary: 'One call of the last 30 days', description: 'With how often the same error came up.' })
  @Get('request-log/:entryId')
  @Requires('usage:read')
  @Answers(200, 'The call', requestLogEntryDetailSchema)
  find(@CurrentPrincipal() { tenantId }: Principal, @Param('entryId') entryId: string) {
    return this.requestLog.find(tenantId, entryId);
  }

  @ApiOperation({
    summary: 'The same as CSV, newest first, up to 100,000 calls',
    description: 'Takes the same filters as the list.',
  })
  @ApiProduces('text/csv')
  @Get('request-log.csv')
  @Requires('usage:read', { isExport: true })
  @Answers(200, 'A file', z.string().meta({ examples: ['id,occurredAt,method,route,path,status,…'] }))
  async export(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: requestLogFilterSchema }) filter: RequestLogFilter,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.requestLog.noteExport(tenantId);
    sendCsv(reply, 'request-log', Object.keys(requestLogEntrySchema.shape), this.requestLog.export(tenantId, filter));
  }
}
