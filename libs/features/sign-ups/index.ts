export { SignUpsModule } from './sign-ups.module.js';
export { SignUpsService } from './sign-ups.service.js';
