export { AddedRows } from './added-rows.js';
export { ContentTables, rowsOf } from './content-tables.js';
export { uploadNotFile } from './data-sets.errors.js';
export { DataSetsModule } from './data-sets.module.js';
export { DataSetsRepository, IMPORTS, type ImportedContent, type StoredContent } from './data-sets.repository.js';
export { uploadTooLarge } from './data-sets.errors.js';
export {
  type DataSet,
  type Provenance,
  provenanceSchema,
  type UploadQuery,
  uploadQuerySchema,
} from './data-sets.schema.js';
export { DataSetsService } from './data-sets.service.js';
export type { AddedFile } from './learnt-rows.js';
export { type LearntContent, LearntRows } from './learnt-rows.service.js';
export { NewImports } from './new-imports.js';
export { uploadKeyOf } from './upload-key.js';
export { verdictSchema } from './rows.schema.js';
export {
  type LiveBatch,
  LiveInteractionsRepository,
  type LiveRow,
  type LiveRowOfUser,
  type RecentInteraction,
} from './live-interactions.repository.js';
export { SingleRowsRepository } from './single-rows.repository.js';
export { eraseRejected } from './rejected-rows.repository.js';
