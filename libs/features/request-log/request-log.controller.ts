import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import { toCsv } from './request-log.csv.js';
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

  @ApiOperation({ summary: 'Lists calls that were made with API keys in the last 30 days' })
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

  @ApiOperation({ summary: 'Counts these calls by time and class of status' })
  @Get('request-log/histogram')
  @Requires('usage:read')
  @Answers(200, 'Buckets from `from`, or the first call that matches, to `to`, or now', requestLogHistogramSchema)
  histogram(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: requestLogFilterSchema }) filter: RequestLogFilter,
  ) {
    return this.requestLog.histogram(tenantId, filter);
  }

  @ApiOperation({ summary: 'One call of the last 30 days' })
  @Get('request-log/:entryId')
  @Requires('usage:read')
  @Answers(200, 'The call', requestLogEntryDetailSchema)
  find(@CurrentPrincipal() { tenantId }: Principal, @Param('entryId') entryId: string) {
    return this.requestLog.find(tenantId, entryId);
  }

  @ApiOperation({ summary: 'The same as CSV, newest first, up to 100,000 calls' })
  @ApiProduces('text/csv')
  @Get('request-log.csv')
  @Requires('usage:read')
  @Answers(200, 'A file', z.string())
  export(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: requestLogFilterSchema }) filter: RequestLogFilter,
    @Res() reply: FastifyReply,
  ): void {
    const headers = {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="request-log.csv"',
      'x-content-type-options': 'nosniff',
    };
    void reply.headers(headers).send(toCsv(this.requestLog.export(tenantId, filter)));
  }
}
