import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/page.js';
import {
  invoiceListSchema,
  type InvoicePdfQuery,
  invoicePdfQuerySchema,
  invoicePdfSchema,
  invoiceSchema,
  lineUsageSchema,
} from './invoices.schema.js';
import { InvoicesService } from './invoices.service.js';
import { sendPdf } from './send-pdf.js';

@ApiTags('operator')
@Controller('v1/admin/organizations/:organizationId/invoices')
export class OrganizationInvoicesController {
  constructor(private readonly invoices: InvoicesService) {}

  @ApiOperation({
    summary: "Lists an organization's invoices, the newest first",
    description: 'As its own people see them.',
  })
  @Get()
  @Requires('operator')
  @Answers(200, 'A page of invoices', invoiceListSchema)
  list(@Param('organizationId') organizationId: string, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.invoices.list(organizationId, query);
  }

  @ApiOperation({
    summary: "Shows one of an organization's invoices with its lines",
    description: 'As its own people see it.',
  })
  @Get(':invoiceId')
  @Requires('operator')
  @Answers(200, 'The invoice', invoiceSchema)
  find(@Param('organizationId') organizationId: string, @Param('invoiceId') id: string) {
    return this.invoices.find(organizationId, id);
  }

  @ApiOperation({
    summary: "One of an organization's invoices as a PDF",
    description: 'The same file that its own people get.',
  })
  @ApiProduces('application/pdf')
  @Get(':invoiceId/pdf')
  @Requires('operator')
  @Answers(200, 'A file', invoicePdfSchema)
  async pdf(
    @CurrentPrincipal() principal: Principal,
    @Param('organizationId') organizationId: string,
    @Param('invoiceId') id: string,
    @Query({ schema: invoicePdfQuerySchema }) query: InvoicePdfQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendPdf(reply, await this.invoices.pdf(principal, organizationId, id, query));
  }

  @ApiOperation({
    summary: 'Lists the ledger entries that a line of an invoice is about, the newest first',
    description:
      'All entries of the line’s billing period, meter and price, corrections among them: they sum to what the invoices of that period have billed and will bill of it.',
  })
  @Get(':invoiceId/lines/:position/usage-events')
  @Requires('operator')
  @Answers(200, 'A page of entries, and the sum of all of them', lineUsageSchema)
  listUsage(
    @Param('organizationId') organizationId: string,
    @Param('invoiceId') id: string,
    @Param('position') position: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.invoices.listUsage(organizationId, id, position, query);
  }
}
