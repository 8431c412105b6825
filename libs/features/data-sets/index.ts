export { AddedRows } from './added-rows.js';
export { ContentTables, rowsOf } from './content-tables.js';
export { uploadNotFile } from './data-sets.errors.js';
export { DataSetsModule } from './data-sets.module.js';
export { DataSetsRepository, IMPORTS, type ImportedContent, type StoredContent } from './data-sets.repository.js';
export { type DataSet, type Provenance, provenanceSchema } from './data-sets.schema.js';
export { DataSetsService } from './data-sets.service.js';
