import type { TFunction } from 'i18next';
import { type Model, modelsCreate, modelsList, trainingJobsList, unwrap, unwrapPages } from '../../../api/client';
import { ProblemError } from '../../../api/problem';
import type { Sample } from '../../../tasks/task';
import { addSample } from '../../data-sets/add-sample';
import { startTraining } from '../../training-jobs/prove-work';

/**
 * Makes a sample's data sets and the model that learns from them, and starts its training. What is there already is left as it is, by whichever
 * name: a second run goes on where the first was when its page was closed, or was drawn anew in another language.
 *
 * @throws ImportFailedError, ProblemError
 */
export function prepareSample(projectId: string, sample: Sample, t: TFunction): Promise<Model> {
  return oneAtATime(`sample of ${projectId}`, async () => {
    const filled = await Promise.all(sample.dataSets.map(({ key, name }) => addSample(projectId, key, t(name))));
    const sources = Object.fromEntries(sample.dataSets.map(({ role }, place) => [role, filled[place]!.id]));
    return trainFirst(projectId, sample, t(sample.texts.model), sources);
  });
}

/** Makes a model of those data sets, where there is none, and starts its first training. */
export async function trainFirst(
  projectId: string,
  { family, recipe }: Pick<Sample, 'family' | 'recipe'>,
  name: string,
  sources: Record<string, string>,
): Promise<Model> {
  const models = await unwrapPages((cursor) => modelsList({ path: { projectId }, query: { limit: 100, cursor } }));
  const model =
    models.find((each) => each.family === family && isSame(each.sources, sources)) ??
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

const isSame = (a: Record<string, string>, b: Record<string, string>) =>
  Object.keys({ ...a, ...b }).every((role) => a[role] === b[role]);

/** Over all tabs of the browser; where it has no locks, as on an address without TLS, only a button that is busy stands in the way. */
function oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? (navigator.locks.request(name, work) as Promise<T>) : work();
}
