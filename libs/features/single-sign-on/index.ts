export { openClientSecret, sealClientSecret } from './client-secret.js';
export { SingleSignOnModule } from './single-sign-on.module.js';
export { type SingleSignOnProvider, SingleSignOnService } from './single-sign-on.service.js';
