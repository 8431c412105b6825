export { AddedRows } from './added-rows.js';
export { ContentTables, rowsOf } from './content-tables.js';
export { DataSetsModule } from './data-sets.module.js';
export { DataSetsRepository, IMPORTS, type ImportedContent, type StoredContent } from './data-sets.repository.js';
export { DataSetsService } from './data-sets.service.js';
export {
  type LiveBatch,
  LiveInteractionsRepository,
  type LiveRow,
  type LiveRowOfUser,
  type RecentInteraction,
} from './live-interactions.repository.js';
export { SingleRowsRepository } from './single-rows.repository.js';
