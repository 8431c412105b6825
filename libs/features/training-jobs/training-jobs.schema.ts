import { z } from 'zod';
import { pageQuerySchema } from '../../platform/http/page.js';

export const TRAINING_JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

/** `input`: what the customer gave the job; `time_limit`: the plan's; `gave_up`: three tries in vain. */
export const FAILURE_KINDS = ['input', 'time_limit', 'gave_up'] as const;

/** Takes no parameters yet; unknown ones are refused, so that adding some later changes no meaning. */
export const createTrainingJobSchema = z.strictObject({}).prefault({});

export const trainingJobSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    modelId: z.uuid(),
    status: z.enum(TRAINING_JOB_STATUSES),
    progress: z.number().min(0).max(1).describe('Share of the work done'),
    phase: z.string().nullable().describe('What the worker is doing now'),
    warnings: z.array(z.string()).describe('What may make the result less good'),
    failureReason: z.string().nullable(),
    failureKind: z
      .enum(FAILURE_KINDS)
      .nullable()
      .describe('What failed: input (your data or settings), time_limit (of your plan), gave_up (every try failed)'),
    modelVersionIds: z.array(z.uuid()).describe('The versions that it made, in order; each has its result'),
    pool: z.string().describe('Label of the workers that may take the job, from your plan'),
    device: z.string().nullable().describe('What trains or trained it'),
    attempt: z.int().describe('How many times a worker started or resumed the job'),
    memoryBytesPeak: z.int().nullable().describe('Peak memory of the training'),
    durationMs: z.int().nullable().describe('From the latest start to the end, or to now'),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'TrainingJob' });

export const jobProgressSchema = z.object({
  phase: z.string(),
  progress: z.number().min(0).max(1),
  epoch: z.int(),
  epochs: z.int(),
  loss: z.number().nullable().describe('Mean over the latest epoch; null for a recipe that measures none'),
  validation: z
    .object({ metric: z.string(), value: z.number() })
    .nullable()
    .describe('On examples that the fit does not see'),
  examplesPerSecond: z.number().nullable(),
  device: z.string(),
  memoryBytes: z.int(),
  etaSeconds: z.number().nullable().describe('Estimate of the time to the end'),
});

/** What one message of the event stream holds; its `id` is `sequence`. */
export const trainingJobEventSchema = z
  .object({
    sequence: z.string(),
    attempt: z.int(),
    occurredAt: z.iso.datetime(),
    message: z.string().nullable().describe('A line of the log'),
    progress: jobProgressSchema.nullable(),
  })
  .meta({ id: 'TrainingJobEvent' });

export const listTrainingJobsQuerySchema = pageQuerySchema.extend({ modelId: z.uuid().optional() });

export type FailureKind = (typeof FAILURE_KINDS)[number];
export type JobProgress = z.infer<typeof jobProgressSchema>;
export type TrainingJobEvent = z.infer<typeof trainingJobEventSchema>;
export type TrainingJob = z.infer<typeof trainingJobSchema>;
export type ListTrainingJobsQuery = z.infer<typeof listTrainingJobsQuerySchema>;
