export { ModelsModule } from './models.module.js';
export {
  ModelsRepository,
  type NewModelVersion,
  type StoredArtifact,
  type StoredVersion,
} from './models.repository.js';
export type { Model } from './models.schema.js';
export { ModelsService } from './models.service.js';
