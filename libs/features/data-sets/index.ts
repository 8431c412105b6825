export { AddedRows } from './added-rows.js';
export { DataSetsModule } from './data-sets.module.js';
export { DataSetsRepository, type ImportedContent, type StoredContent } from './data-sets.repository.js';
export { DataSetsService } from './data-sets.service.js';
