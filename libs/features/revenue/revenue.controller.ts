import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { sendCsv } from '../../platform/http/csv.js';
import { type RevenueQuery, revenueQuerySchema, revenueSchema } from './revenue.schema.js';
import { RevenueService } from './revenue.service.js';

@ApiTags('operator')
@Controller('v1/admin')
export class RevenueController {
  constructor(private readonly revenue: RevenueService) {}

  @ApiOperation({
    summary:
      'Shows revenue by month: recurring revenue and what became of it, retention, churn, cohorts, and what was billed',
    description:
      'In one currency; nothing is converted. Fees count from the moment of the change, usage by the invoice that bills it.',
  })
  @Get('revenue')
  @Requires('operator')
  @Answers(200, 'Revenue by month', revenueSchema)
  read(@Query({ schema: revenueQuerySchema }) query: RevenueQuery) {
    return this.revenue.read(query);
  }

  @ApiOperation({
    summary: 'Exports revenue by organization as CSV',
    description:
      'All of whom anything was billed in those months, who pay a fee at their end, or whose usage of the last thirty days comes to something, one a line, those of whom most was billed first.',
  })
  @Get('revenue-by-organization.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', z.string().meta({ examples: ['organizationId,name,recurring,usageRunRate,revenue'] }))
  async exportOrganizations(
    @Query({ schema: revenueQuerySchema }) query: RevenueQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const rows = (await this.revenue.listOrganizations(query)).map(({ organization, ...amounts }) => ({
      organizationId: organization.id,
      name: organization.name,
      ...amounts,
    }));
    const columns = ['organizationId', 'name', 'recurring', 'usageRunRate', 'revenue'];
    sendCsv(reply, `revenue-by-organization-${query.currency}`, columns, rows);
  }

  @ApiOperation({
    summary: 'Exports revenue by month as CSV',
    description: 'The months of GET /v1/admin/revenue, one a line.',
  })
  @Get('revenue.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', z.string().meta({ examples: ['month,opening,fromNew,reactivation,…'] }))
  async export(@Query({ schema: revenueQuerySchema }) query: RevenueQuery, @Res() reply: FastifyReply): Promise<void> {
    const { months } = await this.revenue.read(query);
    sendCsv(reply, `revenue-${query.currency}`, Object.keys(months[0]!), months);
  }
}
