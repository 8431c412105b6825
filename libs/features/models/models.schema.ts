import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_SHA256, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { listQuerySchema } from '../../platform/http/page.js';
import { provenanceSchema } from '../data-sets/index.js';
import { nameSchema } from '../projects/index.js';

/** Data sets by the role that they have for the family. */
const sourcesSchema = z
  .record(z.string().max(64), z.uuid())
  .describe('Data sets by role, such as interactions; GET /v1/families lists the roles of each family');

export const createModelSchema = z
  .object({
    name: nameSchema,
    family: z
      .string()
      .max(64)
      .optional()
      .describe('A key of GET /v1/families. If absent, the family that has the recipe and takes these sources'),
    recipe: z.string().max(64).describe('How the model is trained; GET /v1/families lists each with its settings'),
    settings: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("Checked against the recipe's own schema; what is left out takes its default"),
    sources: sourcesSchema,
  })
  .meta({
    examples: [{ name: 'For you', recipe: 'ials', settings: {}, sources: { interactions: EXAMPLE_IDS.dataSet } }],
  });

const MODEL_EXAMPLE = {
  id: EXAMPLE_IDS.model,
  projectId: EXAMPLE_IDS.project,
  name: 'For you',
  family: 'recommender',
  task: 'recommendation',
  recipe: 'ials',
  settings: { factors: 64 },
  sources: { interactions: EXAMPLE_IDS.dataSet },
  createdAt: EXAMPLE_TIME,
};

/** How far a model is. */
const MODEL_STATUSES = ['untrained', 'training', 'trained', 'failed'] as const;

export const modelSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    name: z.string(),
    family: z.string(),
    task: z.string(),
    recipe: z.string(),
    settings: z.record(z.string(), z.unknown()),
    sources: sourcesSchema,
    createdAt: z.iso.datetime(),
  })
  .meta({
    id: 'Model',
    examples: [MODEL_EXAMPLE],
  });

const metricValuesSchema = z.record(z.string(), z.number());

const RESULT_EXAMPLE = {
  values: { 'ndcg@20': 0.1825 },
  baselines: { popularity: { 'ndcg@20': 0.1544 } },
  intervals: { 'ndcg@20': [0.1761, 0.1889] as [number, number] },
  evaluated: { of: 'users', count: 3756 },
};

const VERDICT_EXAMPLE = {
  judgement: 'better' as const,
  metric: 'ndcg@100',
  value: 0.2488,
  baseline: 'popularity',
  baselineValue: 0.2154,
  change: 0.155,
};

export const resultSchema = z
  .object({
    values: metricValuesSchema.describe('By metric; GET /v1/families says what each means'),
    baselines: z.record(z.string(), metricValuesSchema).describe('The same metrics of simple recipes on the same data'),
    intervals: z.record(z.string(), z.tuple([z.number(), z.number()])).describe('95 % intervals of some of the values'),
    evaluated: z
      .object({ of: z.string(), count: z.int() })
      .describe('What the values are averaged over, and how many there are'),
  })
  .describe('How good the version is on data that its training did not see')
  .meta({
    id: 'Result',
    examples: [RESULT_EXAMPLE],
  });

const verdictSchema = z
  .object({
    judgement: z.enum(['better', 'close', 'worse']),
    metric: z.string().describe('The metric that decides'),
    value: z.number(),
    baseline: z.string().describe('The simple recipe that is best by the metric'),
    baselineValue: z.number(),
    change: z
      .number()
      .nullable()
      .describe('How much better it is, relative to the baseline; null where that comes to 0'),
  })
  .describe('The version against the best of its baselines')
  .meta({ id: 'Verdict', examples: [VERDICT_EXAMPLE] });

export const reportSchema = z
  .record(z.string(), z.unknown())
  .describe('Its form depends on the task; for recommendation: search, how the recipe was chosen')
  .meta({ examples: [{ search: { reason: 'ials was the best of those that were compared.' } }] });

export const modelVersionSchema = z
  .object({
    id: z.uuid(),
    modelId: z.uuid(),
    trainingJobId: z.uuid(),
    family: z.string(),
    task: z.string(),
    recipe: z.string(),
    name: z.string().describe('What you call it; empty until you do'),
    provenance: provenanceSchema.describe(
      'Of what it learnt from; of several data sets the least real: `synthetic`, then `sample`',
    ),
    result: resultSchema,
    verdict: verdictSchema.nullable().describe('Null where nothing was measured'),
    hasReport: z.boolean().describe('Whether …/report answers with a report'),
    warnings: z.array(z.string()).describe('Warnings of its training job: what may make it less good'),
    artifactBytes: z.int(),
    artifactSha256: z
      .string()
      .describe('Of the artifact, in hexadecimal: the same rows, settings and release make the same'),
    snapshots: z
      .array(
        z.object({
          role: z.string(),
          dataSetId: z.uuid().nullable(),
          importId: z.uuid(),
          sha256: z
            .string()
            .nullable()
            .describe('`contentSha256` of the import as it was read; null where it was before digests were kept'),
        }),
      )
      .describe('What it was trained on, by role; rows that came by themselves, such as corrections, count next to it'),
    createdAt: z.iso.datetime(),
  })
  .meta({
    id: 'ModelVersion',
    examples: [
      {
        id: EXAMPLE_IDS.modelVersion,
        modelId: EXAMPLE_IDS.model,
        trainingJobId: EXAMPLE_IDS.trainingJob,
        family: 'recommender',
        task: 'recommendation',
        recipe: 'ials',
        name: '',
        provenance: 'uploaded',
        result: RESULT_EXAMPLE,
        verdict: VERDICT_EXAMPLE,
        hasReport: true,
        warnings: [],
        artifactBytes: 3_412_004,
        artifactSha256: EXAMPLE_SHA256,
        snapshots: [
          {
            role: 'interactions',
            dataSetId: EXAMPLE_IDS.dataSet,
            importId: EXAMPLE_IDS.import,
            sha256: EXAMPLE_SHA256,
          },
        ],
        createdAt: EXAMPLE_TIME,
      },
    ],
  });

export const listModelsQuerySchema = listQuerySchema(
  ['createdAt', 'name', 'trainedAt'],
  'Part of the name, or the whole id',
).extend({ status: z.enum(MODEL_STATUSES).optional() });

/** A list needs less of a version than there is to know. */
const latestVersionSchema = modelVersionSchema.pick({ id: true, verdict: true, provenance: true, createdAt: true });

export const listedModelSchema = modelSchema
  .extend({
    status: z
      .enum(MODEL_STATUSES)
      .describe('`training` while a job waits or runs, `failed` where the latest failed, `trained` with a version'),
    latestVersion: latestVersionSchema.nullable(),
  })
  .meta({
    id: 'ListedModel',
    examples: [
      {
        ...MODEL_EXAMPLE,
        status: 'trained',
        latestVersion: {
          id: EXAMPLE_IDS.modelVersion,
          verdict: VERDICT_EXAMPLE,
          provenance: 'uploaded',
          createdAt: EXAMPLE_TIME,
        },
      },
    ],
  });

const metricsOfTaskSchema = z
  .record(z.string(), z.object({ meaning: z.string(), better: z.enum(['higher', 'lower']) }))
  .describe('What the task is judged by, in the order in which it is shown');

const columnSchema = z.object({
  name: z.string(),
  type: z.enum(['id', 'text', 'passage', 'labels', 'number', 'time']),
  required: z.boolean(),
  spellings: z.array(z.string()).describe('Headers that are understood without a mapping'),
  guesses: z
    .array(z.string())
    .describe('Further headers that it is likely to have; taken only where a mapping says so'),
  values: z.array(z.string()).nullable().describe('The only values that it may have; null where any will do'),
  meaning: z.string(),
});

const jsonSchemaSchema = z.record(z.string(), z.unknown());

export const familiesSchema = z
  .object({
    families: z.array(
      z.object({
        key: z.string(),
        task: z.string(),
        summary: z.string(),
        inputs: z.array(z.object({ role: z.string(), kind: z.string(), required: z.boolean(), summary: z.string() })),
        recipes: z.array(
          z.object({
            key: z.string(),
            summary: z.string(),
            settings: jsonSchemaSchema.describe('JSON Schema of the settings, with ranges and defaults'),
          }),
        ),
        operations: z
          .record(
            z.string(),
            z.object({
              summary: z.string(),
              request: jsonSchemaSchema.describe('JSON Schema of the body'),
              meters: z.array(z.string()).describe('What a call is counted by'),
            }),
          )
          .describe('What a deployment can be asked: POST /v1/deployments/{deploymentId}/{operation}'),
        metrics: metricsOfTaskSchema,
        verdictBy: z.string().describe('The metric that decides between two versions'),
        baselines: z.array(z.string()).describe('Recipes that stand next to every metric, the floor first'),
      }),
    ),
    kinds: z
      .array(
        z.object({
          key: z.string(),
          summary: z.string(),
          columns: z.array(columnSchema),
          others: z.enum(['attributes', 'ignored']).describe("What becomes of a file's further columns"),
          statistics: z.record(z.string(), z.object({ type: z.enum(['count', 'time']), meaning: z.string() })),
        }),
      )
      .describe('Of data sets'),
  })
  .meta({
    id: 'Families',
    examples: [
      {
        families: [
          {
            key: 'recommender',
            task: 'recommendation',
            summary: 'Which items to show to whom',
            inputs: [
              { role: 'interactions', kind: 'interactions', required: true, summary: 'Who did what with which item' },
            ],
            recipes: [{ key: 'ials', summary: 'Matrix factorization', settings: { type: 'object' } }],
            operations: {
              recommendations: {
                summary: 'Recommends items for a user',
                request: { type: 'object' },
                meters: ['recommendation_requests'],
              },
            },
            metrics: { 'ndcg@20': { meaning: 'Held-out items found among the first 20.', better: 'higher' } },
            verdictBy: 'ndcg@100',
            baselines: ['popularity'],
          },
        ],
        kinds: [
          {
            key: 'interactions',
            summary: 'Who did what with which item, and when',
            columns: [
              {
                name: 'user_id',
                type: 'id',
                required: true,
                spellings: ['user_id', 'userId'],
                guesses: [],
                values: null,
                meaning: 'the user',
              },
            ],
            others: 'ignored',
            statistics: { users: { type: 'count', meaning: 'Distinct users' } },
          },
        ],
      },
    ],
  });

export type CreateModel = z.infer<typeof createModelSchema>;
export type Model = z.infer<typeof modelSchema>;
export type ModelVersion = z.infer<typeof modelVersionSchema>;
export type ListModelsQuery = z.infer<typeof listModelsQuerySchema>;
export type ListedModel = z.infer<typeof listedModelSchema>;
export type Result = z.infer<typeof resultSchema>;
