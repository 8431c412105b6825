import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { type PageQuery, pageQuerySchema } from '../../platform/http/page.js';
import { blockedInvoiceListSchema } from './invoices.schema.js';
import { InvoicesService } from './invoices.service.js';

@ApiTags('operator')
@Controller('v1/admin/blocked-invoices')
export class BlockedInvoicesController {
  constructor(private readonly invoices: InvoicesService) {}

  @ApiOperation({
    summary: 'Lists the invoices of every organization that Stripe is not let collect, and why',
    description: 'Each is tried again every ten minutes, and leaves the list once what hinders it has gone.',
  })
  @Get()
  @Requires('operator')
  @Answers(200, 'A page of invoices, the newest first', blockedInvoiceListSchema)
  list(@Query({ schema: pageQuerySchema }) query: PageQuery) {
    return this.invoices.listBlocked(query);
  }
}
