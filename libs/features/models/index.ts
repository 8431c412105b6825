export { ModelsModule } from './models.module.js';
export type { StoredArtifact } from './models.repository.js';
export { type Metrics, metricsSchema, type Model } from './models.schema.js';
export { ModelsService } from './models.service.js';
