export { alreadyMember } from './members.errors.js';
export { lockPerson } from './members.repository.js';
export { MembersModule } from './members.module.js';
export { roleSchema } from './members.schema.js';
export { MembersService, requireToGive } from './members.service.js';
