export { AddedRows } from './added-rows.js';
export { ContentTables, rowsOf } from './content-tables.js';
export { DataSetsModule } from './data-sets.module.js';
export { DataSetsRepository, IMPORTS, type ImportedContent, type StoredContent } from './data-sets.repository.js';
export { DataSetsService } from './data-sets.service.js';
export { verdictSchema } from './rows.schema.js';
export { eraseRejected } from './rejected-rows.repository.js';
