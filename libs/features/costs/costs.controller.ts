import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { sendCsv } from '../../platform/http/csv.js';
import {
  costRateSchema,
  costRatesSchema,
  type CreateCostRate,
  createCostRateSchema,
  type MarginsQuery,
  marginsQuerySchema,
  marginsSchema,
  organizationMarginsSchema,
} from './costs.schema.js';
import { CostsService } from './costs.service.js';

const COLUMNS = ['organizationId', 'name', 'revenue', 'trainingCost', 'meterCost', 'fees', 'margin', 'marginShare'];

const RATE_COLUMNS = ['kind', 'resource', 'currency', 'amount', 'startsAt'];

@ApiTags('operator')
@Controller('v1/admin')
export class CostsController {
  constructor(private readonly costs: CostsService) {}

  @ApiOperation({
    summary: 'Lists what a second of workers, a unit of a meter and a payment cost the operator',
    description: 'Each from a moment on until the next of the same.',
  })
  @Get('cost-rates')
  @Requires('operator')
  @Answers(200, 'The rates', costRatesSchema)
  async listRates() {
    return { data: await this.costs.listRates() };
  }

  @ApiOperation({ summary: 'Exports the rates of cost as CSV', description: 'All of them, one a line.' })
  @Get('cost-rates.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', z.string().meta({ examples: ['kind,resource,currency,amount,startsAt'] }))
  async exportRates(@Res() reply: FastifyReply): Promise<void> {
    sendCsv(reply, 'cost-rates', RATE_COLUMNS, await this.costs.listRates());
  }

  @ApiOperation({
    summary: 'Begins a rate of cost',
    description: 'In place of the one of the same before it, from its moment on. Rates are never changed.',
  })
  @Post('cost-rates')
  @Requires('operator', { isRecent: true })
  @Answers(201, 'The rate', costRateSchema)
  createRate(@Body({ schema: createCostRateSchema }) body: CreateCostRate) {
    return this.costs.createRate(body);
  }

  @ApiOperation({
    summary: 'Shows what is left of what organizations paid in a month, after costs and fees',
    description: 'Of those that pay in the currency; the least margin first.',
  })
  @Get('margins')
  @Requires('operator')
  @Answers(200, 'Margins', marginsSchema)
  listMargins(@Query({ schema: marginsQuerySchema }) query: MarginsQuery) {
    return this.costs.listMargins(query);
  }

  @ApiOperation({
    summary: 'Exports the margins of a month as CSV',
    description: 'Of all organizations that pay in the currency, one a line.',
  })
  @Get('margins.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', z.string().meta({ examples: ['organizationId,name,revenue,…'] }))
  async export(@Query({ schema: marginsQuerySchema }) query: MarginsQuery, @Res() reply: FastifyReply): Promise<void> {
    const rows = await this.costs.listAll(query);
    sendCsv(reply, `margins-${query.currency}-${query.month}`, COLUMNS, rows);
  }

  @ApiOperation({
    summary: "Shows an organization's margin by month",
    description: 'The last twelve months, in what it pays in.',
  })
  @Get('organizations/:organizationId/margins')
  @Requires('operator')
  @Answers(200, 'Margins by month', organizationMarginsSchema)
  ofOrganization(@Param('organizationId') organizationId: string) {
    return this.costs.ofOrganization(organizationId);
  }
}
