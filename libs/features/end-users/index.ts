export { EndUsersModule } from './end-users.module.js';
export { ErasedUsers } from './erased-users.js';
export { HistoriesService } from './histories.service.js';
export { UserMergesRepository } from './user-merges.repository.js';
export { hashUser } from './user-hash.js';
