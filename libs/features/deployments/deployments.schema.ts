import { z } from 'zod';
import { nameSchema } from '../projects/index.js';

export const createDeploymentSchema = z.object({ name: nameSchema, modelVersionId: z.uuid() });

export const updateDeploymentSchema = z
  .object({
    name: nameSchema.optional(),
    modelVersionId: z.uuid().optional().describe('The version that answers from now on'),
  })
  .refine((body) => Object.keys(body).length > 0, 'Give a name or a modelVersionId.');

export const deploymentSchema = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    name: z.string(),
    task: z.string().describe('What it can be asked; never changes'),
    family: z.string().describe('Family of the version that answers now'),
    modelVersionId: z.uuid(),
    modelId: z.uuid(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Deployment' });

export type CreateDeployment = z.infer<typeof createDeploymentSchema>;
export type UpdateDeployment = z.infer<typeof updateDeploymentSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;
