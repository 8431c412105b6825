export { PageCallsGuard } from './page-calls.guard.js';
export { openUserTokenSecret, sealUserTokenSecret } from './user-token-secret.js';
export { UserTokensModule } from './user-tokens.module.js';
