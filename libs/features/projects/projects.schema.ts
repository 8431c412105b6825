import { z } from 'zod';
import { textSchema } from '../../platform/http/text.js';

export const nameSchema = textSchema.trim().min(1).max(120);

export const createProjectSchema = z.object({ name: nameSchema });

export const projectSchema = z
  .object({ id: z.uuid(), name: z.string(), createdAt: z.iso.datetime() })
  .meta({ id: 'Project' });

/** Of whatever has a name and nothing else that may change. */
export const renameSchema = z.object({ name: nameSchema });

export type Rename = z.infer<typeof renameSchema>;
export type CreateProject = z.infer<typeof createProjectSchema>;
export type Project = z.infer<typeof projectSchema>;
