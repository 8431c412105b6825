export { EndUsersModule } from './end-users.module.js';
export { ErasedUsers } from './erased-users.js';
export { hashUser } from './user-hash.js';
