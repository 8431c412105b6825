import { z } from 'zod';
import { recipeKeys } from '../../models/manifests.js';
import { nameSchema } from '../projects/index.js';

export const createModelSchema = z.object({
  name: nameSchema,
  recipe: z
    .enum(recipeKeys as [string, ...string[]])
    .describe('How the model is trained; GET /v1/recipes lists each with its settings'),
  settings: z
    .record(z.string(), z.unknown())
    .default({})
    .describe("Checked against the recipe's own schema; what is left out takes its default"),
  interactionsDataSetId: z.uuid(),
  itemsDataSetId: z
    .uuid()
    .optional()
    .describe('Adds titles and other attributes to recommendations; some recipes learn from them'),
  usersDataSetId: z.uuid().optional().describe('Attributes of users, which some recipes learn from'),
});

export const modelSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    name: z.string(),
    recipe: z.string(),
    settings: z.record(z.string(), z.unknown()),
    interactionsDataSetId: z.uuid(),
    itemsDataSetId: z.uuid().nullable(),
    usersDataSetId: z.uuid().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Model' });

const metricValuesSchema = z.record(z.string(), z.number());

export const metricsSchema = z
  .object({
    model: metricValuesSchema,
    popularity: metricValuesSchema.describe('The same metrics for recommending what is popular: the floor'),
    evaluatedUsers: z.int(),
  })
  .meta({ id: 'Metrics' });

export const modelVersionSchema = z
  .object({
    id: z.uuid(),
    modelId: z.uuid(),
    trainingJobId: z.uuid(),
    name: z.string().describe('What you call it; empty until you do'),
    metrics: metricsSchema,
    warnings: z.array(z.string()).describe('Those of its training job: what may make, or made, it poor'),
    artifactBytes: z.int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ModelVersion' });

export const recipesSchema = z.object({
  recipes: z.array(
    z.object({
      key: z.string(),
      family: z.string(),
      summary: z.string(),
      settings: z.record(z.string(), z.unknown()).describe('JSON Schema of the settings, with ranges and defaults'),
    }),
  ),
  metrics: z.record(z.string(), z.string()).describe('What each metric means'),
});

export type CreateModel = z.infer<typeof createModelSchema>;
export type Model = z.infer<typeof modelSchema>;
export type ModelVersion = z.infer<typeof modelVersionSchema>;
export type Metrics = z.infer<typeof metricsSchema>;
