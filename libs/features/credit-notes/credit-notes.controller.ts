import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, Requires, type UserPrincipal } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { ORGANIZATION_COLUMNS, sendCsv, withOrganization } from '../../platform/http/csv.js';
import { everyRow } from '../../platform/http/page.js';
import { type InvoicePdfQuery, invoicePdfQuerySchema, invoicePdfSchema, sendPdf } from '../invoices/index.js';
import {
  creditNoteListSchema,
  creditNoteProposalSchema,
  creditNotesOfInvoiceSchema,
  type ExportCreditNotesQuery,
  exportCreditNotesQuerySchema,
  type ListCreditNotesQuery,
  listCreditNotesQuerySchema,
  type ProposeCreditNote,
  proposeCreditNoteSchema,
} from './credit-notes.schema.js';
import { CreditNotesService } from './credit-notes.service.js';

const COLUMNS = [
  'id',
  'number',
  'kind',
  'status',
  'amount',
  'currency',
  'reason',
  'invoiceId',
  'invoiceNumber',
  'proposedBy',
  'proposedAt',
  'decidedBy',
  'decidedAt',
];

@ApiTags('operator')
@Controller('v1/admin')
export class CreditNotesController {
  constructor(private readonly creditNotes: CreditNotesService) {}

  @ApiOperation({
    summary: 'Lists credits and refunds that wait for a second operator, or all, the newest first',
    description: 'Of all organizations.',
  })
  @Get('credit-notes')
  @Requires('operator')
  @Answers(200, 'A page of credit notes', creditNoteListSchema)
  list(
    @CurrentPrincipal() operator: UserPrincipal,
    @Query({ schema: listCreditNotesQuerySchema }) query: ListCreditNotesQuery,
  ) {
    return this.creditNotes.list(operator, query);
  }

  @ApiOperation({
    summary: 'Exports credits and refunds of every organization as CSV',
    description: 'All that wait for a second operator, or all, the newest first.',
  })
  @Get('credit-notes.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', z.string().meta({ examples: ['organizationId,organizationName,id,number,…'] }))
  export(
    @CurrentPrincipal() operator: UserPrincipal,
    @Query({ schema: exportCreditNotesQuerySchema }) { state }: ExportCreditNotesQuery,
    @Res() reply: FastifyReply,
  ): void {
    const rows = everyRow((page) => this.creditNotes.list(operator, { state, ...page }));
    sendCsv(reply, 'credit-notes', [...ORGANIZATION_COLUMNS, ...COLUMNS], withOrganization(rows));
  }

  @ApiOperation({
    summary: 'Lists the credits and refunds of an invoice, with those that were proposed only',
    description: 'And what is left of the invoice, and of what one operator may do alone.',
  })
  @Get('organizations/:organizationId/invoices/:invoiceId/credit-notes')
  @Requires('operator')
  @Answers(200, 'The credit notes', creditNotesOfInvoiceSchema)
  listOf(
    @CurrentPrincipal() operator: UserPrincipal,
    @Param('organizationId') organizationId: string,
    @Param('invoiceId') invoiceId: string,
  ) {
    return this.creditNotes.listOf(operator, organizationId, invoiceId);
  }

  @ApiOperation({
    summary: "One of an organization's credit notes as a PDF",
    description: 'The same file that its own people get.',
  })
  @ApiProduces('application/pdf')
  @Get('organizations/:organizationId/credit-notes/:creditNoteId/pdf')
  @Requires('operator')
  @Answers(200, 'A file', invoicePdfSchema)
  async pdf(
    @CurrentPrincipal() operator: UserPrincipal,
    @Param('organizationId') organizationId: string,
    @Param('creditNoteId') id: string,
    @Query({ schema: invoicePdfQuerySchema }) query: InvoicePdfQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendPdf(reply, await this.creditNotes.pdf(operator, organizationId, id, query));
  }

  @ApiOperation({
    summary: 'Credits or refunds an invoice, or proposes it to a second operator',
    description:
      'A credit is taken off what is due of an open invoice, a refund given back of a paid one. What one operator may do alone on an invoice is bounded; what is more waits for another operator, for seven days.',
  })
  @Post('organizations/:organizationId/invoices/:invoiceId/credit-notes')
  @Requires('operator', { isRecent: true })
  @Answers(201, 'The credit note: issued, or proposed', creditNoteProposalSchema)
  propose(
    @CurrentPrincipal() operator: UserPrincipal,
    @Param('organizationId') organizationId: string,
    @Param('invoiceId') invoiceId: string,
    @Body({ schema: proposeCreditNoteSchema }) body: ProposeCreditNote,
  ) {
    return this.creditNotes.propose(operator, organizationId, invoiceId, body);
  }

  @ApiOperation({
    summary: 'Confirms a credit or refund that another operator proposed',
    description: 'It takes effect: it gets its number, and the customer is told.',
  })
  @Post('organizations/:organizationId/credit-notes/:creditNoteId/confirm')
  @Requires('operator', { isRecent: true })
  @Answers(200, 'The credit note, issued', creditNoteProposalSchema)
  confirm(
    @CurrentPrincipal() operator: UserPrincipal,
    @Param('organizationId') organizationId: string,
    @Param('creditNoteId') creditNoteId: string,
  ) {
    return this.creditNotes.confirm(operator, organizationId, creditNoteId);
  }

  @ApiOperation({
    summary: 'Declines a credit or refund that was proposed, or takes the proposal back',
    description: 'It counts no more against the invoice, and the customer is not told.',
  })
  @Post('organizations/:organizationId/credit-notes/:creditNoteId/decline')
  @Requires('operator', { isRecent: true })
  @Answers(200, 'The credit note, declined', creditNoteProposalSchema)
  decline(
    @CurrentPrincipal() operator: UserPrincipal,
    @Param('organizationId') organizationId: string,
    @Param('creditNoteId') creditNoteId: string,
  ) {
    return this.creditNotes.decline(operator, organizationId, creditNoteId);
  }
}
