import { Body, Controller, Get, Headers, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal, type Principal, Requires, StartsJob } from '../../platform/access/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { pageSchema } from '../../platform/http/page.js';
import { goneSignal, sendEvents } from '../../platform/http/server-sent-events.js';
import { TrainingEventsService } from './training-events.service.js';
import {
  type CreateTrainingJob,
  createTrainingJobSchema,
  type ListTrainingJobsQuery,
  listTrainingJobsQuerySchema,
  trainingEstimateSchema,
  trainingJobEventSchema,
  trainingJobSchema,
} from './training-jobs.schema.js';
import { TrainingJobsService } from './training-jobs.service.js';

@ApiTags('training jobs')
@Controller('v1/projects/:projectId')
export class TrainingJobsController {
  constructor(
    private readonly trainingJobs: TrainingJobsService,
    private readonly events: TrainingEventsService,
  ) {}

  @ApiOperation({
    summary: 'Queues a training job for a model, which has one at a time',
    description:
      'Answers 202 with the new job, or 200 with the one that is under way already, so that asking twice trains once. Data that is judged not to be enough is refused with 409, unless you send `despiteVerdict`. Ends with a new model version.',
  })
  @Post('models/:modelId/training-jobs')
  @StartsJob()
  @Requires('project:write')
  @Answers(202, 'The queued job', trainingJobSchema)
  @ApiResponse({
    status: 200,
    description: 'The job of the model that waits or runs already',
    standardSchema: trainingJobSchema,
  })
  async create(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('modelId') modelId: string,
    @Body({ schema: createTrainingJobSchema }) body: CreateTrainingJob,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { job, isNew } = await this.trainingJobs.create(tenantId, projectId, modelId, body);
    if (!isNew) void reply.status(200);
    return job;
  }

  @ApiOperation({
    summary: 'Estimates what training a model now would take and cost',
    description: 'From earlier trainings in the project; it says so where there are none.',
  })
  @Get('models/:modelId/training-estimate')
  @Requires('project:write')
  @Answers(200, 'The estimate', trainingEstimateSchema)
  estimate(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('modelId') modelId: string,
  ) {
    return this.trainingJobs.estimate(tenantId, projectId, modelId);
  }

  @ApiOperation({
    summary: "Lists the project's training jobs",
    description: 'Newest first, of all models or of the one that `modelId` names.',
  })
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

  @ApiOperation({
    summary: 'Shows how a training job is doing or went',
    description:
      'Ask again until the status is `succeeded`, `failed` or `cancelled`, or follow its events. `modelVersionIds` names what it made.',
  })
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

  @ApiOperation({
    summary: 'Follows a training job: server-sent events with its progress and log, kept ones first',
    description: 'Ends with the job. A client that was cut off goes on by the header Last-Event-ID.',
  })
  @ApiProduces('text/event-stream')
  @Get('training-jobs/:jobId/events')
  @Requires('project:read')
  @Answers(200, 'The data of each message; messages named job hold the job', trainingJobEventSchema)
  async follow(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId') projectId: string,
    @Param('jobId') jobId: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ) {
    const gone = goneSignal(reply);
    const sinceMs = performance.now() - reply.elapsedTime;
    sendEvents(reply, await this.events.open(principal, projectId, jobId, lastEventId, gone, sinceMs));
  }

  @ApiOperation({
    summary: 'Ends the search of a job that compares recipes',
    description: 'The job goes on with the best that it has found so far, to a version like any other.',
  })
  @Post('training-jobs/:jobId/enough')
  @Requires('project:write')
  @Answers(200, 'The job, whose worker hears of it within seconds', trainingJobSchema)
  endSearch(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('projectId') projectId: string,
    @Param('jobId') jobId: string,
  ) {
    return this.trainingJobs.endSearch(tenantId, projectId, jobId);
  }

  @ApiOperation({
    summary: 'Cancels a job that is queued or running',
    description: 'What was computed until then is counted; no version is made.',
  })
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
