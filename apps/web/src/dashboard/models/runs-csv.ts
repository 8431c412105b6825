import type { Model, ModelVersion, TrainingJob } from '../../api/client';
import { toCsv } from '../../ui/csv';

type Run = { job: TrainingJob; version: ModelVersion | undefined };

const COLUMNS: Record<string, (run: Run) => string | number | null | undefined> = {
  trainingJobId: ({ job }) => job.id,
  status: ({ job }) => job.status,
  createdAt: ({ job }) => job.createdAt,
  durationMs: ({ job }) => job.durationMs,
  device: ({ job }) => job.device,
  failureReason: ({ job }) => job.failureReason,
  modelVersionId: ({ version }) => version?.id,
  version: ({ version }) => version?.name,
  recipe: ({ version }) => version?.recipe,
  artifactBytes: ({ version }) => version?.artifactBytes,
};

/** A line for each version, and for each job that made none; the names of columns are the API's. */
export function runsCsv(model: Model, jobs: TrainingJob[], versions: ModelVersion[]): string {
  const runs = jobs.flatMap((job): Run[] => {
    const made = versions.filter(({ trainingJobId }) => trainingJobId === job.id);
    return made.length > 0 ? made.map((version) => ({ job, version })) : [{ job, version: undefined }];
  });
  const metrics = [...new Set(versions.flatMap(({ result }) => Object.keys(result.values)))];
  const header = [...Object.keys(COLUMNS), 'settings', ...metrics];
  const settings = JSON.stringify(model.settings);
  const lines = runs.map((run) => [
    ...Object.values(COLUMNS).map((valueOf) => toCell(valueOf(run))),
    settings,
    ...metrics.map((metric) => toCell(run.version?.result.values[metric])),
  ]);
  return toCsv([header, ...lines]);
}

/** Text that a spreadsheet would take for a formula is made text. */
function toCell(value: string | number | null | undefined): string {
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(value)) return `'${value}`;
  return String(value ?? '');
}
