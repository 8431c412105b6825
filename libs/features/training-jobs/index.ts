export { TRAINING_JOB_STATUSES } from './training-jobs.schema.js';
export { TrainingJobsModule } from './training-jobs.module.js';
export { TRAINING_JOBS, TrainingJobsRepository } from './training-jobs.repository.js';
