import type { FastifyReply } from 'fastify';

export interface PdfFile {
  /** Without its ending. */
  name: string;
  pdf: Buffer;
}

export function sendPdf(reply: FastifyReply, { name, pdf }: PdfFile): void {
  const headers = {
    'content-type': 'application/pdf',
    'content-disposition': `attachment; filename="${name}.pdf"`,
    'x-content-type-options': 'nosniff',
  };
  void reply.headers(headers).send(pdf);
}
