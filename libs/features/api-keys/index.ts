export { ApiKeyStrategy } from './api-key.strategy.js';
export { ApiKeysModule } from './api-keys.module.js';
export { PageOrigins } from './page-origins.js';
