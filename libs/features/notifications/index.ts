export { type Mail, MAIL_LANGUAGES, type MailLanguage, type MailTemplate, type MailValues } from './mails.js';
export { NotificationsModule } from './notifications.module.js';
export { NotificationsService } from './notifications.service.js';
