import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type InvoicePdfQuery, invoicePdfQuerySchema, invoicePdfSchema, sendPdf } from '../invoices/index.js';
import { issuedCreditNotesSchema } from './credit-notes.schema.js';
import { CreditNotesService } from './credit-notes.service.js';

@ApiTags('billing')
@Controller('v1/billing')
export class InvoiceCreditNotesController {
  constructor(private readonly creditNotes: CreditNotesService) {}

  @ApiOperation({
    summary: 'Lists what was taken off an invoice, or given back of it',
    description: 'The oldest first, each with the reason.',
  })
  @Get('invoices/:invoiceId/credit-notes')
  @Requires('billing:read')
  @Answers(200, 'The credit notes', issuedCreditNotesSchema)
  list(@CurrentPrincipal() { tenantId }: Principal, @Param('invoiceId') invoiceId: string) {
    return this.creditNotes.listIssued(tenantId, invoiceId);
  }

  @ApiOperation({
    summary: 'A credit note as a PDF',
    description: 'For your books, with its number, the number of its invoice, the reason and the amount.',
  })
  @ApiProduces('application/pdf')
  @Get('credit-notes/:creditNoteId/pdf')
  @Requires('billing:read')
  @Answers(200, 'A file', invoicePdfSchema)
  async pdf(
    @CurrentPrincipal() principal: Principal,
    @Param('creditNoteId') id: string,
    @Query({ schema: invoicePdfQuerySchema }) query: InvoicePdfQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendPdf(reply, await this.creditNotes.pdf(principal, principal.tenantId, id, query));
  }
}
