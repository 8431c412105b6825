import { z } from 'zod';
import { nameSchema } from '../projects/index.js';

/** Data sets by the role that they have for the family. */
const sourcesSchema = z
  .record(z.string().max(64), z.uuid())
  .describe('Data sets by role, such as interactions; GET /v1/families lists the roles of each family');

export const createModelSchema = z.object({
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
});

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
  .meta({ id: 'Model' });

const metricValuesSchema = z.record(z.string(), z.number());

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
  .meta({ id: 'Result' });

export const reportSchema = z
  .record(z.string(), z.unknown())
  .describe('Its form depends on the task; for recommendation: search, how the recipe was chosen');

export const modelVersionSchema = z
  .object({
    id: z.uuid(),
    modelId: z.uuid(),
    trainingJobId: z.uuid(),
    family: z.string(),
    task: z.string(),
    recipe: z.string(),
    name: z.string().describe('What you call it; empty until you do'),
    result: resultSchema,
    hasReport: z.boolean().describe('Whether …/report answers with a report'),
    warnings: z.array(z.string()).describe('Warnings of its training job: what may make it less good'),
    artifactBytes: z.int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ModelVersion' });

const metricsOfTaskSchema = z
  .record(z.string(), z.object({ meaning: z.string(), better: z.enum(['higher', 'lower']) }))
  .describe('What the task is judged by, in the order in which it is shown');

const columnSchema = z.object({
  name: z.string(),
  type: z.enum(['id', 'text', 'passage', 'labels', 'number', 'time']),
  required: z.boolean(),
  spellings: z.array(z.string()).describe('Headers that are understood without a mapping'),
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
  .meta({ id: 'Families' });

export type CreateModel = z.infer<typeof createModelSchema>;
export type Model = z.infer<typeof modelSchema>;
export type ModelVersion = z.infer<typeof modelVersionSchema>;
export type Result = z.infer<typeof resultSchema>;
