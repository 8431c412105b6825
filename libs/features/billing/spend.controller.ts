import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { sendCsv } from '../../platform/http/csv.js';
import { type SpendQuery, spendQuerySchema, spendSchema } from './spend.schema.js';
import { SpendService } from './spend.service.js';

const COLUMNS = { project: ['projectId'], apiKey: ['apiKeyId'], meter: ['meter', 'quantity'] };

@ApiTags('billing')
@Controller('v1/billing')
export class SpendController {
  constructor(private readonly spend: SpendService) {}

  @ApiOperation({
    summary: 'Shows what of a billing period’s metered amount falls to each project, API key and meter',
    description:
      'The amounts sum to the metered lines of the invoice. Tiers and included units are of all units together: each takes the share of its line that its units are.',
  })
  @Get('spend')
  @Requires('billing:read')
  @Answers(200, 'The period, the dearest first', spendSchema)
  read(@CurrentPrincipal() { tenantId }: Principal, @Query({ schema: spendQuerySchema }) query: SpendQuery) {
    return this.spend.read(tenantId, query);
  }

  @ApiOperation({ summary: 'The same spend as CSV', description: 'A column for each of `groupBy`, and the amount.' })
  @Get('spend.csv')
  @Requires('billing:read', { isExport: true })
  @ApiProduces('text/csv')
  @Answers(200, 'A file', z.string().meta({ examples: ['projectId,apiKeyId,meter,quantity,amount,currency'] }))
  async export(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: spendQuerySchema }) query: SpendQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { rows, currency, periodStart } = await this.spend.read(tenantId, query);
    const columns = [...query.groupBy.flatMap((group) => COLUMNS[group]), 'amount', 'currency'];
    sendCsv(
      reply,
      `spend-${periodStart.slice(0, 10)}`,
      columns,
      rows.map((row) => ({ ...row, currency })),
    );
  }
}
