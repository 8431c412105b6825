export { ProjectsModule } from './projects.module.js';
export { nameSchema } from './projects.schema.js';
export { ProjectsService } from './projects.service.js';
