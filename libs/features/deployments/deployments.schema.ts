import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { listQuerySchema } from '../../platform/http/page.js';
import { nameSchema } from '../projects/index.js';

export const createDeploymentSchema = z
  .object({ name: nameSchema, modelVersionId: z.uuid() })
  .meta({ examples: [{ name: 'Home page', modelVersionId: EXAMPLE_IDS.modelVersion }] });

export const updateDeploymentSchema = z
  .object({
    name: nameSchema.optional(),
    modelVersionId: z.uuid().optional().describe('The version that answers from now on'),
  })
  .refine((body) => Object.keys(body).length > 0, 'Give a name or a modelVersionId.')
  .meta({ examples: [{ modelVersionId: EXAMPLE_IDS.modelVersion }] });

const DEPLOYMENT_EXAMPLE = {
  id: EXAMPLE_IDS.deployment,
  projectId: EXAMPLE_IDS.project,
  name: 'Home page',
  task: 'recommendation',
  family: 'recommender',
  modelVersionId: EXAMPLE_IDS.modelVersion,
  previousModelVersionId: null,
  modelId: EXAMPLE_IDS.model,
  createdAt: EXAMPLE_TIME,
  updatedAt: EXAMPLE_TIME,
};

export const deploymentSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    name: z.string(),
    task: z.string().describe('What it can be asked; never changes'),
    family: z.string().describe('Family of the version that answers now'),
    modelVersionId: z.uuid(),
    previousModelVersionId: z.uuid().nullable().describe('What was live before; it may be deleted since'),
    modelId: z.uuid(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({
    id: 'Deployment',
    examples: [DEPLOYMENT_EXAMPLE],
  });

export const listDeploymentsQuerySchema = listQuerySchema(
  ['createdAt', 'name', 'updatedAt'],
  "Part of the name or of its model's, or the whole id",
);

export const listedDeploymentSchema = deploymentSchema
  .extend({
    modelName: z.string(),
    versionName: z.string().describe('What you call the version that answers; empty until you do'),
    versionNumber: z.int().positive().describe('Its place among the versions of its model, the oldest being 1'),
  })
  .meta({
    id: 'ListedDeployment',
    examples: [{ ...DEPLOYMENT_EXAMPLE, modelName: 'For you', versionName: '', versionNumber: 1 }],
  });

export type CreateDeployment = z.infer<typeof createDeploymentSchema>;
export type UpdateDeployment = z.infer<typeof updateDeploymentSchema>;
export type ListDeploymentsQuery = z.infer<typeof listDeploymentsQuerySchema>;
export type ListedDeployment = z.infer<typeof listedDeploymentSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;
