export { CreditNotesModule } from './credit-notes.module.js';
export { aloneLeft, PROPOSAL_MS } from './second-operator.js';
