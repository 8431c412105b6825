import { Module } from '@nestjs/common';
import { InvoiceFollowingModule } from '../invoices/index.js';
import { CreditNoteSender } from './credit-note-sender.js';
import { CreditNotesRepository } from './credit-notes.repository.js';

/** The door of workers that may speak with Stripe. */
@Module({
  imports: [InvoiceFollowingModule],
  providers: [CreditNoteSender, CreditNotesRepository],
})
export class CreditNotesWorkerModule {}
