export { TrainingJobsModule } from './training-jobs.module.js';
