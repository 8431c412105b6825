export { TrainingJobsModule } from './training-jobs.module.js';
export { TrainingJobsRepository } from './training-jobs.repository.js';
