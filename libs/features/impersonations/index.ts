export { ImpersonationsModule } from './impersonations.module.js';
