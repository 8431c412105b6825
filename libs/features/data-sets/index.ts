export { DataSetsModule } from './data-sets.module.js';
export type { ImportedContent } from './data-sets.repository.js';
export { DATA_SET_KINDS, type DataSetKind } from './data-sets.schema.js';
export { DataSetsService } from './data-sets.service.js';
