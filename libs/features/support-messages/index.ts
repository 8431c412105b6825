export { SupportMessagesModule } from './support-messages.module.js';
