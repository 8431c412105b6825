export { NotificationsModule } from './notifications.module.js';
export { type Notification, NotificationsService } from './notifications.service.js';
