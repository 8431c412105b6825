export { CreditNotesModule } from './credit-notes.module.js';
