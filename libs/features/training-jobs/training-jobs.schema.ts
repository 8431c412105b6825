import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageQuerySchema } from '../../platform/http/page.js';
import { verdictSchema } from '../data-sets/index.js';

export const TRAINING_JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

/** `input`: what the customer gave the job; `time_limit`: the plan's; `gave_up`: three tries in vain. */
export const FAILURE_KINDS = ['input', 'time_limit', 'gave_up'] as const;

const decimal = z.string().regex(/^\d+(\.\d+)?$/);

export const createTrainingJobSchema = z
  .strictObject({
    despiteVerdict: z
      .boolean()
      .default(false)
      .describe('Train although the data is judged not to be enough, which is refused otherwise'),
  })
  .prefault({})
  .meta({ examples: [{}] });

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
    enoughAt: z.iso
      .datetime()
      .nullable()
      .describe('Since when its search over recipes is to end with the best that it has found'),
    pool: z.string().describe('Label of the workers that may take the job, from your plan'),
    device: z.string().nullable().describe('What trains or trained it'),
    attempt: z.int().describe('How many times a worker started or resumed the job'),
    memoryBytesPeak: z.int().nullable().describe('Peak memory of the training'),
    durationMs: z.int().nullable().describe('From the latest start to the end, or to now'),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'TrainingJob',
    examples: [
      {
        id: EXAMPLE_IDS.trainingJob,
        projectId: EXAMPLE_IDS.project,
        modelId: EXAMPLE_IDS.model,
        status: 'succeeded',
        progress: 1,
        phase: null,
        warnings: [],
        failureReason: null,
        failureKind: null,
        enoughAt: null,
        modelVersionIds: [EXAMPLE_IDS.modelVersion],
        pool: 'cpu',
        device: 'cpu',
        attempt: 1,
        memoryBytesPeak: 412000000,
        durationMs: 1630,
        createdAt: EXAMPLE_TIME,
        startedAt: EXAMPLE_TIME,
        finishedAt: EXAMPLE_TIME,
      },
    ],
  });

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
  trial: z
    .object({
      number: z.int().describe('Its place among all of the search, from 1'),
      recipe: z.string(),
      metric: z.string().describe('The one that decides'),
      value: z.number(),
      seconds: z.number().describe('That it computed'),
      isOnSample: z.boolean().describe('Measured on a part of the data: comparable with others of that part alone'),
    })
    .nullable()
    .default(null)
    .describe('The trial of a search over recipes that has just ended'),
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
  .meta({
    id: 'TrainingJobEvent',
    examples: [
      {
        sequence: '12',
        attempt: 1,
        occurredAt: EXAMPLE_TIME,
        message: null,
        progress: {
          phase: 'fitting',
          progress: 0.4,
          epoch: 4,
          epochs: 10,
          loss: 0.213,
          validation: null,
          examplesPerSecond: 812000,
          device: 'cpu',
          memoryBytes: 412000000,
          etaSeconds: 2,
        },
      },
    ],
  });

export const listTrainingJobsQuerySchema = pageQuerySchema.extend({ modelId: z.uuid().optional() });

const rangeSchema = z.object({ least: z.number(), most: z.number() });

export const trainingEstimateSchema = z
  .object({
    verdict: verdictSchema
      .nullable()
      .describe('Whether what a training now would learn from is enough; null where a data set is empty'),
    rows: z.int().nullable().describe('That a training now would learn from; null where a data set is empty'),
    seconds: rangeSchema
      .nullable()
      .describe('How long it would take once a worker has it; null where nothing is known'),
    trainingSeconds: rangeSchema.nullable().describe('What would be metered; null where nothing is known'),
    basedOn: z
      .object({ of: z.enum(['model', 'recipe']), trainings: z.int() })
      .nullable()
      .describe('Earlier trainings of the model, or of other models of the project with its recipe'),
    secondsMax: z.int().describe('What a training may compute at most, by your plan and by what limits leave'),
    includedSeconds: z.number().describe('Training seconds that the plan includes in a billing period'),
    usedSeconds: z.number().describe('Of the organization in this billing period'),
    currency: z.string(),
    cost: z
      .object({ least: decimal, most: decimal })
      .nullable()
      .describe("What it would add to the invoice, in the currency's main unit; null where nothing is known"),
  })
  .meta({
    id: 'TrainingEstimate',
    examples: [
      {
        verdict: { isEnough: true, because: ['There are 68055 interactions, and 3756 users have two or more.'] },
        rows: 68_055,
        seconds: { least: 3, most: 9 },
        trainingSeconds: { least: 6, most: 18 },
        basedOn: { of: 'model', trainings: 2 },
        secondsMax: 3_600,
        includedSeconds: 7_200,
        usedSeconds: 41,
        currency: 'usd',
        cost: { least: '0', most: '0' },
      },
    ],
  });

export type CreateTrainingJob = z.infer<typeof createTrainingJobSchema>;
export type TrainingEstimate = z.infer<typeof trainingEstimateSchema>;
export type FailureKind = (typeof FAILURE_KINDS)[number];
export type JobProgress = z.infer<typeof jobProgressSchema>;
export type TrainingJobEvent = z.infer<typeof trainingJobEventSchema>;
export type TrainingJob = z.infer<typeof trainingJobSchema>;
export type ListTrainingJobsQuery = z.infer<typeof listTrainingJobsQuerySchema>;
