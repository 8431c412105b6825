export { ShowcaseModule } from './showcase.module.js';
