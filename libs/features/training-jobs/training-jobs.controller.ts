import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal, Requires } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import {
  createTrainingJobSchema,
  type ListTrainingJobsQuery,
  listTrainingJobsQuerySchema,
  trainingJobSchema,
} from './training-jobs.schema.js';
import { TrainingJobsService } from './training-jobs.service.js';

@ApiTags('training jobs')
@Controller('v1/projects/:projectId')
export class TrainingJobsController {
  constructor(private readonly trainingJobs: TrainingJobsService) {}

  @ApiOperation({ summary: 'Queues a training job for a model' })
  @Post('models/:modelId/training-jobs')
  @Requires('project:write')
  @Answers(202, 'The queued job', trainingJobSchema)
  create(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('modelId') modelId: string,
    @Body({ schema: createTrainingJobSchema }) _body: object,
  ) {
    return this.trainingJobs.create(tenantId, projectId, modelId);
  }

  @ApiOperation({ summary: "Lists the project's training jobs" })
  @Get('training-jobs')
  @Requires('project:read')
  @Answers(200, 'A page of jobs, newest first', pageSchema(trainingJobSchema))
  list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Query({ schema: listTrainingJobsQuerySchema }) query: ListTrainingJobsQuery,
  ) {
    return this.trainingJobs.list(tenantId, projectId, query);
  }

  @ApiOperation({ summary: 'Shows how a training job is doing or went' })
  @Get('training-jobs/:jobId')
  @Requires('project:read')
  @Answers(200, 'The job', trainingJobSchema)
  get(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('jobId') jobId: string,
  ) {
    return this.trainingJobs.get(tenantId, projectId, jobId);
  }

  @ApiOperation({ summary: 'Cancels a job that waits or runs' })
  @Post('training-jobs/:jobId/cancel')
  @Requires('project:write')
  @Answers(200, 'The cancelled job', trainingJobSchema)
  cancel(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('jobId') jobId: string,
  ) {
    return this.trainingJobs.cancel(tenantId, projectId, jobId);
  }
}
