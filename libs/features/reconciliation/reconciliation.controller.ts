import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { sendCsv } from '../../platform/http/csv.js';
import {
  KINDS,
  type ReconciliationEntriesQuery,
  reconciliationEntriesQuerySchema,
  reconciliationEntriesSchema,
  type ReconciliationQuery,
  reconciliationQuerySchema,
  reconciliationSchema,
} from './reconciliation.schema.js';
import { ReconciliationService } from './reconciliation.service.js';

const MONTH_COLUMNS = ['month', 'rated', 'invoiced', 'atStripe', ...KINDS];
const ENTRY_COLUMNS = [
  'organizationId',
  'name',
  'periodStart',
  'periodEnd',
  'invoiceId',
  'number',
  'stripeInvoiceId',
  'reason',
  'amount',
];

@ApiTags('operator')
@Controller('v1/admin')
export class ReconciliationController {
  constructor(private readonly reconciliation: ReconciliationService) {}

  @ApiOperation({
    summary: 'Holds what the ledger comes to against what was billed, by month',
    description:
      'Rated anew by the prices that held. Of each month it says what is not billed yet and why, what became of the invoices, and what Stripe has of them.',
  })
  @Get('reconciliation')
  @Requires('operator')
  @Answers(200, 'The months', reconciliationSchema)
  read(@Query({ schema: reconciliationQuerySchema }) query: ReconciliationQuery) {
    return this.reconciliation.read(query);
  }

  @ApiOperation({
    summary: 'Exports the months of the reconciliation as CSV',
    description: 'The months of GET /v1/admin/reconciliation, one a line.',
  })
  @Get('reconciliation.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', z.string().meta({ examples: ['month,rated,invoiced,atStripe,running,…'] }))
  async export(
    @Query({ schema: reconciliationQuerySchema }) query: ReconciliationQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { months } = await this.reconciliation.read(query);
    sendCsv(reply, `reconciliation-${query.currency}`, MONTH_COLUMNS, months);
  }

  @ApiOperation({
    summary: 'Lists what an amount of the reconciliation is made of',
    description: 'Of one month and kind: the organizations and their periods or invoices, the largest amount first.',
  })
  @Get('reconciliation-entries')
  @Requires('operator')
  @Answers(200, 'The entries', reconciliationEntriesSchema)
  list(@Query({ schema: reconciliationEntriesQuerySchema }) query: ReconciliationEntriesQuery) {
    return this.reconciliation.list(query);
  }

  @ApiOperation({
    summary: 'Exports what an amount of the reconciliation is made of as CSV',
    description: 'All of GET /v1/admin/reconciliation-entries, one a line.',
  })
  @Get('reconciliation-entries.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', z.string().meta({ examples: ['organizationId,name,periodStart,…'] }))
  async exportEntries(
    @Query({ schema: reconciliationEntriesQuerySchema }) query: ReconciliationEntriesQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { currency, month, kind } = query;
    sendCsv(
      reply,
      `reconciliation-${currency}-${month}-${kind}`,
      ENTRY_COLUMNS,
      await this.reconciliation.export(query),
    );
  }
}
