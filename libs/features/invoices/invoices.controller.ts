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
} from './invoices.schema.js';
import { InvoicesService } from './invoices.service.js';
import { sendPdf } from './send-pdf.js';

@ApiTags('billing')
@Controller('v1/billing/invoices')
export class InvoicesController {
  constructor(private readonly invoices: InvoicesService) {}

  @ApiOperation({
    summary: 'Lists invoices, the newest first',
    description: 'One for each billing period that has ended, an hour after its end.',
  })
  @Get()
  @Requires('billing:read')
  @Answers(200, 'A page of invoices', invoiceListSchema)
  list(@CurrentPrincipal() { tenantId }: Principal, @Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.invoices.list(tenantId, query);
  }

  @ApiOperation({
    summary: 'Shows an invoice with its lines',
    description:
      'What came too late for an earlier invoice, or was corrected since, is on lines of that earlier period.',
  })
  @Get(':invoiceId')
  @Requires('billing:read')
  @Answers(200, 'The invoice', invoiceSchema)
  find(@CurrentPrincipal() { tenantId }: Principal, @Param('invoiceId') id: string) {
    return this.invoices.find(tenantId, id);
  }

  @ApiOperation({
    summary: 'An invoice as a PDF',
    description: 'For printing and for your books. A draft says that it is one, and has no number.',
  })
  @ApiProduces('application/pdf')
  @Get(':invoiceId/pdf')
  @Requires('billing:read')
  @Answers(200, 'A file', invoicePdfSchema)
  async pdf(
    @CurrentPrincipal() principal: Principal,
    @Param('invoiceId') id: string,
    @Query({ schema: invoicePdfQuerySchema }) query: InvoicePdfQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendPdf(reply, await this.invoices.pdf(principal, principal.tenantId, id, query));
  }
}
