import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  type ListAllTrainingJobsQuery,
  listAllTrainingJobsQuerySchema,
  operatorTrainingJobSchema,
  trainingQueueSchema,
  workersSchema,
} from './training-queue.schema.js';
import { TrainingQueueService } from './training-queue.service.js';

@ApiTags('operator')
@Controller('v1/admin')
export class TrainingQueueController {
  constructor(private readonly queue: TrainingQueueService) {}

  @ApiOperation({
    summary: 'Lists the training jobs of every organization',
    description: 'Newest first, filtered by status or organization. Neither settings nor logs are shown.',
  })
  @Get('training-jobs')
  @Requires('operator')
  @Answers(200, 'A page of jobs, newest first', pageSchema(operatorTrainingJobSchema))
  listJobs(@Query({ schema: listAllTrainingJobsQuerySchema }) query: ListAllTrainingJobsQuery) {
    return this.queue.listJobs(query);
  }

  @ApiOperation({
    summary: 'Shows how many training jobs wait and run in each pool of workers',
    description: 'A pool is a label of workers; a plan says which pool trains its jobs.',
  })
  @Get('training-queue')
  @Requires('operator')
  @Answers(200, 'The pools that have either', trainingQueueSchema)
  getQueue() {
    return this.queue.get();
  }

  @ApiOperation({
    summary: 'Lists the workers that train',
    description: 'Known by the leases that they hold; a worker without a job is not listed.',
  })
  @Get('workers')
  @Requires('operator')
  @Answers(200, 'Every worker with a training job under way', workersSchema)
  listWorkers() {
    return this.queue.listWorkers();
  }
}
