import type { FastifyReply } from 'fastify';
import type { InvoiceFile } from './invoices.service.js';

export function sendPdf(reply: FastifyReply, { name, pdf }: InvoiceFile): void {
  const headers = {
    'content-type': 'application/pdf',
    'content-disposition': `attachment; filename="${name}.pdf"`,
    'x-content-type-options': 'nosniff',
  };
  void reply.headers(headers).send(pdf);
}
