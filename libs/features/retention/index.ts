export { IMPORTS_KEPT, PROJECT_RETENTION, type ProjectRetentionKey, RETENTION } from './retention.js';
