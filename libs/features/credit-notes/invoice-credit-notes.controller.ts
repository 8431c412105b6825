import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { issuedCreditNotesSchema } from './credit-notes.schema.js';
import { CreditNotesService } from './credit-notes.service.js';

@ApiTags('billing')
@Controller('v1/billing/invoices/:invoiceId/credit-notes')
export class InvoiceCreditNotesController {
  constructor(private readonly creditNotes: CreditNotesService) {}

  @ApiOperation({
    summary: 'Lists what was taken off an invoice, or given back of it',
    description: 'The oldest first, each with the reason.',
  })
  @Get()
  @Requires('billing:read')
  @Answers(200, 'The credit notes', issuedCreditNotesSchema)
  list(@CurrentPrincipal() { tenantId }: Principal, @Param('invoiceId') invoiceId: string) {
    return this.creditNotes.listIssued(tenantId, invoiceId);
  }
}
