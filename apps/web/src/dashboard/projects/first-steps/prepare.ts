import type { ParseKeys, TFunction } from 'i18next';
import {
  type DataSet,
  dataSetsCreate,
  dataSetsGet,
  dataSetsList,
  type Model,
  modelsCreate,
  modelsList,
  trainingJobsList,
  unwrap,
  unwrapPages,
} from '../../../api/client';
import { ProblemError } from '../../../api/problem';
import type { Sample } from '../../../tasks/task';
import { isActive } from '../../../ui/status-badge';
import { uploadContent } from '../../data-sets/upload-content';
import { startTraining } from '../../training-jobs/prove-work';

const POLL_MS = 400;

/** An import of a sample that failed; the reason is the API's. */
export class ImportFailedError extends Error {}

/**
 * Makes a sample's data sets and the model that learns from them, and starts its training. What is there already, by its name, is left as it
 * is: a second run goes on where the first was when its page was closed.
 *
 * @throws ImportFailedError, ProblemError
 */
export function prepareSample(projectId: string, sample: Sample, t: TFunction): Promise<Model> {
  return oneAtATime(`sample of ${projectId}`, async () => {
    const existing = await unwrapPages((cursor) =>
      dataSetsList({ path: { projectId }, query: { limit: 100, cursor } }),
    );
    const filled = await Promise.all(
      sample.dataSets.map((wanted) => fill(projectId, wanted, t(wanted.name), existing)),
    );
    const sources = Object.fromEntries(sample.dataSets.map(({ role }, place) => [role, filled[place]!.id]));
    return trainFirst(projectId, sample, t(sample.texts.model), sources);
  });
}

/** Makes a model of that name, where there is none, and starts its first training. */
export async function trainFirst(
  projectId: string,
  { family, recipe }: Pick<Sample, 'family' | 'recipe'>,
  name: string,
  sources: Record<string, string>,
): Promise<Model> {
  const models = await unwrapPages((cursor) => modelsList({ path: { projectId }, query: { limit: 100, cursor } }));
  const model =
    models.find((each) => each.name === name && each.family === family) ??
    (await unwrap(modelsCreate({ path: { projectId }, body: { name, family, recipe, sources } })));
  const { data: jobs } = await unwrap(
    trainingJobsList({ path: { projectId }, query: { modelId: model.id, limit: 1 } }),
  );
  if (jobs.length === 0) {
    await startTraining(projectId, model.id).catch((error: unknown) => {
      // The model's card asks whether to train all the same.
      if (!(error instanceof ProblemError && error.code === 'not_enough_data')) throw error;
    });
  }
  return model;
}

async function fill(
  projectId: string,
  { kind, file }: { kind: Sample['dataSets'][number]['kind']; name: ParseKeys; file: string },
  name: string,
  existing: DataSet[],
): Promise<DataSet> {
  const dataSet =
    existing.find((each) => each.name === name && each.kind === kind) ??
    (await unwrap(dataSetsCreate({ path: { projectId }, body: { name, kind } })));
  const path = { projectId, dataSetId: dataSet.id };
  if (dataSet.currentImport) return dataSet;
  if (!isActive(dataSet.latestImport)) {
    const answer = await fetch(`/samples/${file}`);
    const content = new File([await answer.blob()], file);
    await uploadContent({ path, file: content, query: {}, onProgress: () => undefined });
  }
  for (;;) {
    const found = await unwrap(dataSetsGet({ path }));
    if (found.currentImport) return found;
    if (!isActive(found.latestImport)) throw new ImportFailedError(found.latestImport?.failureReason ?? '');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Over all tabs of the browser; where it has no locks, as on an address without TLS, only a button that is busy stands in the way. */
function oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? (navigator.locks.request(name, work) as Promise<T>) : work();
}
