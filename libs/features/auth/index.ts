export { AuthenticationGuard } from './authentication.guard.js';
export { AuthModule } from './auth.module.js';
export { VouchedAccounts } from './identities/vouched-accounts.js';
export { newPasswordSchema } from './auth.schema.js';
export { AuthService } from './auth.service.js';
export { LiveSessions } from './live-sessions.service.js';
export { Throttle } from './throttle.js';
export { openTotpSecret, sealTotpSecret } from './totp.js';
