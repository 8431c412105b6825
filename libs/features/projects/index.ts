export { ProjectsModule } from './projects.module.js';
export { nameSchema, type Rename, renameSchema } from './projects.schema.js';
export { ProjectsService } from './projects.service.js';
