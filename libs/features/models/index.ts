export { ModelsModule } from './models.module.js';
export type { NewModelVersion, StoredArtifact } from './models.repository.js';
export type { Model } from './models.schema.js';
export { ModelsService } from './models.service.js';
