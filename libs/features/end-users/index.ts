export { EndUsersModule } from './end-users.module.js';
export { ErasedUsers } from './erased-users.js';
export { HistoriesService } from './histories.service.js';
export { hashUser } from './user-hash.js';
