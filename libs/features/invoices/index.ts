export { InvoiceFollower } from './invoice-follower.js';
export { InvoiceFollowingModule, InvoicesModule } from './invoices.module.js';
export { INVOICE_TEXTS } from './invoice-texts.js';
export { type InvoicePdfQuery, invoicePdfQuerySchema, invoicePdfSchema } from './invoices.schema.js';
export { MARGIN, MUTED, PdfPage, WIDTH } from './pdf-page.js';
export { type PdfFile, sendPdf } from './send-pdf.js';
