import { Module } from '@nestjs/common';
import { CreditGrantsModule } from '../credit-grants/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { CreditNotesController } from './credit-notes.controller.js';
import { CreditNotesRepository } from './credit-notes.repository.js';
import { CreditNotesService } from './credit-notes.service.js';
import { InvoiceCreditNotesController } from './invoice-credit-notes.controller.js';

/** What is taken off invoices, and given back. */
@Module({
  imports: [CreditGrantsModule, NotificationsModule, WebhooksModule],
  controllers: [CreditNotesController, InvoiceCreditNotesController],
  providers: [CreditNotesService, CreditNotesRepository],
})
export class CreditNotesModule {}
