import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { listQuerySchema } from '../../platform/http/page.js';
import { textSchema } from '../../platform/http/text.js';
import { PROJECT_RETENTION, type ProjectRetentionKey, RETENTION } from '../retention/index.js';

export const nameSchema = textSchema.trim().min(1).max(120);

export const createProjectSchema = z.object({ name: nameSchema }).meta({ examples: [{ name: 'Shop' }] });

export const projectSchema = z
  .object({ id: z.uuid(), name: z.string(), createdAt: z.iso.datetime() })
  .meta({ id: 'Project', examples: [{ id: EXAMPLE_IDS.project, name: 'Shop', createdAt: EXAMPLE_TIME }] });

export const listProjectsQuerySchema = listQuerySchema(['createdAt', 'name'], 'Part of the name, or the whole id');

const count = z.int().nonnegative();

export const listedProjectSchema = projectSchema.extend({ dataSets: count, models: count, deployments: count }).meta({
  id: 'ListedProject',
  examples: [
    { id: EXAMPLE_IDS.project, name: 'Shop', createdAt: EXAMPLE_TIME, dataSets: 2, models: 1, deployments: 1 },
  ],
});

const keys = Object.keys(PROJECT_RETENTION) as ProjectRetentionKey[];
const daysSchema = (key: ProjectRetentionKey) => {
  const { what, days } = RETENTION.find(({ byProject }) => byProject?.setting === key)!;
  return z.int().min(1).max(days).nullable().describe(`${what}: days, null for the platform's ${days}`);
};
const EXAMPLE_RETENTION = { requestLogDays: 7, keptRequestsDays: null, trainingLogDays: null };

/** How long a project keeps what the platform would keep longer. */
export const retentionSchema = z
  .object(
    Object.fromEntries(keys.map((key) => [key, daysSchema(key)])) as Record<
      ProjectRetentionKey,
      ReturnType<typeof daysSchema>
    >,
  )
  .meta({ id: 'ProjectRetention', examples: [EXAMPLE_RETENTION] });

/** Of whatever has a name and nothing else that may change. */
export const renameSchema = z.object({ name: nameSchema }).meta({ examples: [{ name: 'Home page' }] });

export type Retention = z.infer<typeof retentionSchema>;
export type Rename = z.infer<typeof renameSchema>;
export type CreateProject = z.infer<typeof createProjectSchema>;
export type Project = z.infer<typeof projectSchema>;
export type ListProjectsQuery = z.infer<typeof listProjectsQuerySchema>;
export type ListedProject = z.infer<typeof listedProjectSchema>;
