export { AuthenticationGuard } from './authentication.guard.js';
export { AuthModule } from './auth.module.js';
