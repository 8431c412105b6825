export { ApiKeyStrategy } from './api-key.strategy.js';
export { ApiKeysModule } from './api-keys.module.js';
