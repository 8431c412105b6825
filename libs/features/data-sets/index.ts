export { DataSetsModule } from './data-sets.module.js';
export type { ImportedContent } from './data-sets.repository.js';
export { DataSetsService } from './data-sets.service.js';
