import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageQuerySchema } from '../../platform/http/page.js';
import { FAILURE_KINDS, TRAINING_JOB_STATUSES } from './training-jobs.schema.js';

export const listAllTrainingJobsQuerySchema = pageQuerySchema.extend({
  status: z.enum(TRAINING_JOB_STATUSES).optional(),
  organizationId: z.uuid().optional(),
});

const named = z.object({ id: z.uuid(), name: z.string() });

/** What the operator sees of a job: neither its settings nor what it said. */
export const operatorTrainingJobSchema = z
  .object({
    id: z.uuid(),
    organization: named,
    project: named,
    model: named.extend({ recipe: z.string() }),
    status: z.enum(TRAINING_JOB_STATUSES),
    progress: z.number(),
    pool: z.string(),
    worker: z.string().nullable().describe('Host and process of the worker that has or had it'),
    device: z.string().nullable(),
    attempt: z.int().describe('How many times a worker started or resumed the job'),
    failureKind: z.enum(FAILURE_KINDS).nullable(),
    failureReason: z.string().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    waitingSeconds: z.number().describe('Until its latest start, its end without one, or now'),
    runningSeconds: z.number().nullable().describe('From its latest start to its end or to now; null while it waits'),
    computeSeconds: z.number().describe('What the ledger counts of it; before its end, what its last checkpoint holds'),
  })
  .meta({
    id: 'OperatorTrainingJob',
    examples: [
      {
        id: EXAMPLE_IDS.trainingJob,
        organization: { id: EXAMPLE_IDS.organization, name: 'My shop' },
        project: { id: EXAMPLE_IDS.project, name: 'Shop' },
        model: { id: EXAMPLE_IDS.model, name: 'For you', recipe: 'ials' },
        status: 'running',
        progress: 0.4,
        pool: 'cpu',
        worker: 'worker-1/4711',
        device: 'cpu',
        attempt: 1,
        failureKind: null,
        failureReason: null,
        createdAt: EXAMPLE_TIME,
        finishedAt: null,
        waitingSeconds: 2,
        runningSeconds: 31,
        computeSeconds: 30,
      },
    ],
  });

export const trainingQueueSchema = z
  .object({
    pools: z.array(
      z.object({
        pool: z.string(),
        waiting: z.int(),
        running: z.int(),
        oldestWaitingAt: z.iso.datetime().nullable().describe('When the oldest of those that wait was created'),
      }),
    ),
  })
  .meta({
    id: 'TrainingQueue',
    examples: [{ pools: [{ pool: 'cpu', waiting: 3, running: 2, oldestWaitingAt: EXAMPLE_TIME }] }],
  });

export const workersSchema = z
  .object({
    workers: z.array(
      z.object({
        worker: z.string().describe('Host and process'),
        pools: z.array(z.string()).describe('Of the jobs under way'),
        devices: z.array(z.string()),
        running: z.int().describe('Training jobs under way'),
        seenAt: z.iso.datetime().describe('When it last extended the lease of one of them'),
        isSilent: z.boolean().describe('Whether a lease of it has run out, so that others are about to take its jobs'),
      }),
    ),
  })
  .meta({
    id: 'Workers',
    examples: [
      {
        workers: [
          {
            worker: 'worker-1/4711',
            pools: ['cpu'],
            devices: ['cpu'],
            running: 1,
            seenAt: EXAMPLE_TIME,
            isSilent: false,
          },
        ],
      },
    ],
  });

export type ListAllTrainingJobsQuery = z.infer<typeof listAllTrainingJobsQuerySchema>;
export type OperatorTrainingJob = z.infer<typeof operatorTrainingJobSchema>;
export type TrainingQueue = z.infer<typeof trainingQueueSchema>;
export type Workers = z.infer<typeof workersSchema>;
