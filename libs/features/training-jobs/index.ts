export { TRAINING_JOB_STATUSES } from './training-jobs.schema.js';
export { TrainingJobsModule } from './training-jobs.module.js';
export { TrainingJobsRepository } from './training-jobs.repository.js';
