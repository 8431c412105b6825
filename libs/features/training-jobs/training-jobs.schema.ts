import { z } from 'zod';
import { pageQuerySchema } from '../../platform/http/page.js';
import { metricsSchema } from '../models/index.js';

export const TRAINING_JOB_STATUSES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

/** Takes no parameters yet; unknown ones are refused, so that adding some later changes no meaning. */
export const createTrainingJobSchema = z.strictObject({}).prefault({});

export const tuningReportSchema = z
  .object({
    recipe: z.string(),
    settings: z.record(z.string(), z.unknown()),
    explanation: z.string().describe('Why this recipe was chosen, and what was left out'),
    leaderboard: z
      .array(
        z.object({
          recipe: z.string(),
          settings: z.record(z.string(), z.unknown()),
          metrics: z.record(z.string(), z.number()),
          seconds: z.number().describe('Of this fit and its measurement'),
        }),
      )
      .describe('The best attempt of each recipe on interactions held out from the search, best first'),
  })
  .meta({ id: 'TuningReport' });

export const trainingJobSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    modelId: z.uuid(),
    status: z.enum(TRAINING_JOB_STATUSES),
    progress: z.number().min(0).max(1).describe('Share of the work done'),
    phase: z.string().nullable().describe('What the worker is doing now'),
    metrics: metricsSchema.nullable(),
    tuningReport: tuningReportSchema.nullable().describe('How the recipe was chosen; null where you chose it'),
    warnings: z.array(z.string()).describe('What about the data may make the result poor'),
    failureReason: z.string().nullable(),
    modelVersionId: z.uuid().nullable(),
    device: z.string().nullable(),
    durationMs: z.int().nullable().describe('From start to end, or to now'),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'TrainingJob' });

export const listTrainingJobsQuerySchema = pageQuerySchema.extend({ modelId: z.uuid().optional() });

export type TuningReport = z.infer<typeof tuningReportSchema>;
export type TrainingJob = z.infer<typeof trainingJobSchema>;
export type ListTrainingJobsQuery = z.infer<typeof listTrainingJobsQuerySchema>;
