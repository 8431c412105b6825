export { AddedRows } from './added-rows.js';
export { ContentTables, rowsOf } from './content-tables.js';
export { DataSetsModule } from './data-sets.module.js';
export { DataSetsRepository, IMPORTS, type ImportedContent, type StoredContent } from './data-sets.repository.js';
export { type DataSetAddress, DataSetsService } from './data-sets.service.js';
