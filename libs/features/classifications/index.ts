export { ClassificationsModule } from './classifications.controller.js';
