import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { ORGANIZATION_COLUMNS, sendCsv, withOrganization } from '../../platform/http/csv.js';
import { everyRow } from '../../platform/http/page.js';
import { InvoicesService } from './invoices.service.js';

const COLUMNS = [
  'id',
  'number',
  'status',
  'currency',
  'subtotal',
  'tax',
  'total',
  'credits',
  'due',
  'periodStart',
  'periodEnd',
  'plan',
  'createdAt',
  'issuedAt',
  'paidAt',
  'disputed',
];
const BLOCKED_COLUMNS = ['id', 'currency', 'total', 'periodStart', 'periodEnd', 'reason', 'since', 'stripeInvoiceId'];

const file = z.string().meta({ examples: [`${COLUMNS.slice(0, 5).join(',')},…`] });

@Controller('v1')
export class InvoiceExportsController {
  constructor(private readonly invoices: InvoicesService) {}

  @ApiTags('billing')
  @ApiOperation({ summary: 'Exports invoices as CSV', description: 'All of them, the newest first.' })
  @Get('billing/invoices.csv')
  @Requires('billing:read', { isExport: true })
  @ApiProduces('text/csv')
  @Answers(200, 'A file', file)
  export(@CurrentPrincipal() { tenantId }: Principal, @Res() reply: FastifyReply): void {
    const rows = everyRow((page) => this.invoices.list(tenantId, page));
    sendCsv(reply, 'invoices', COLUMNS, rows);
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: "Exports an organization's invoices as CSV",
    description: 'All of them, the newest first, as its own people get them.',
  })
  @Get('admin/organizations/:organizationId/invoices.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', file)
  async exportOf(@Param('organizationId') organizationId: string, @Res() reply: FastifyReply): Promise<void> {
    // An organization that is none is answered so, and not by half a file.
    await this.invoices.list(organizationId, { limit: 1 });
    const rows = everyRow((page) => this.invoices.list(organizationId, page));
    sendCsv(reply, `invoices-${organizationId}`, COLUMNS, rows);
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Exports the invoices of every organization as CSV',
    description: 'All of them, the newest first.',
  })
  @Get('admin/invoices.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', file)
  exportAll(@Res() reply: FastifyReply): void {
    const rows = everyRow((page) => this.invoices.listAll(page));
    sendCsv(reply, 'invoices', [...ORGANIZATION_COLUMNS, ...COLUMNS], withOrganization(rows));
  }

  @ApiTags('operator')
  @ApiOperation({
    summary: 'Exports the invoices that Stripe is not let collect as CSV',
    description: 'All of GET /v1/admin/blocked-invoices, one a line.',
  })
  @Get('admin/blocked-invoices.csv')
  @Requires('operator')
  @ApiProduces('text/csv')
  @Answers(200, 'A file', file)
  exportBlocked(@Res() reply: FastifyReply): void {
    const rows = everyRow((page) => this.invoices.listBlocked(page));
    sendCsv(reply, 'blocked-invoices', [...ORGANIZATION_COLUMNS, ...BLOCKED_COLUMNS], withOrganization(rows));
  }
}
