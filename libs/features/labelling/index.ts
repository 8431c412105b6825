export { LabellingModule } from './labelling.module.js';
