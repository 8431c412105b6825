import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, OpenToKeys, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { sendCsv } from '../../platform/http/csv.js';
import { parseId } from '../../platform/http/ids.js';
import {
  columnOf,
  type Correction,
  correctedSchema,
  correctionSchema,
  metersSchema,
  type UsageQuery,
  usageQuerySchema,
  usageSchema,
} from './usage.schema.js';
import { UsageService } from './usage.service.js';

@ApiTags('usage')
@Controller('v1')
export class UsageController {
  constructor(private readonly usage: UsageService) {}

  @ApiOperation({
    summary: 'Sums the ledger over a time range; for an API key, over its project',
    description:
      'Whole minutes in UTC, `from` inclusive and `to` exclusive, grouped as you ask. What was called is summed a fraction of a second later.',
  })
  @Get('usage')
  @Requires('usage:read')
  @OpenToKeys()
  @Answers(200, 'One row a group; the quantities add up to every event in the range', usageSchema)
  query(@CurrentPrincipal() principal: Principal, @Query({ schema: usageQuerySchema }) query: UsageQuery) {
    const projectId = principal.kind === 'apiKey' ? principal.projectId : undefined;
    return this.usage.query(principal.tenantId, query, projectId);
  }

  @ApiOperation({ summary: 'The same as CSV', description: 'A column for each of `groupBy`, and the quantity.' })
  @ApiProduces('text/csv')
  @Get('usage.csv')
  @Requires('usage:read', { isExport: true })
  @OpenToKeys()
  @Answers(
    200,
    'A file',
    z.string().meta({ examples: ['day,meter,quantity\n2026-11-22,recommendation_requests,1204\n'] }),
  )
  async export(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: usageQuerySchema }) query: UsageQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { rows } = await this.query(principal, query);
    sendCsv(reply, 'usage', [...query.groupBy.map(columnOf), 'quantity'], rows);
  }

  @ApiOperation({
    summary: 'Lists what is counted',
    description: 'Each with its unit. Plans set a price and a quota for a meter.',
  })
  @Get('meters')
  @Requires('usage:read')
  @OpenToKeys()
  @Answers(200, 'Every meter', metersSchema)
  listMeters(@CurrentPrincipal() { tenantId }: Principal) {
    return this.usage.listMeters(tenantId);
  }

  @ApiOperation({
    summary: "Corrects an organization's usage by a further entry of the ledger",
    description: 'The ledger is only ever added to. The same id sent again counts once.',
  })
  @Post('admin/organizations/:organizationId/usage-corrections')
  @Requires('operator')
  @Answers(201, 'The correction counts', correctedSchema)
  correct(@Param('organizationId') organizationId: string, @Body({ schema: correctionSchema }) body: Correction) {
    return this.usage.correct(parseId('organization', organizationId), body);
  }
}
