import { type DataSet, dataSetsGet, madeDataAddSample, unwrap } from '../../api/client';
import { isActive } from '../../ui/status-badge';

const POLL_MS = 400;

/** An import of a sample that failed; the reason is the API's. */
export class ImportFailedError extends Error {}

/**
 * Sees to it that the project has the sample, with its rows. The API has it once, by whichever name, so that a second run goes on where the first was.
 *
 * @throws ImportFailedError, ProblemError
 */
export async function addSample(projectId: string, sample: string, name: string): Promise<DataSet> {
  let found = await unwrap(madeDataAddSample({ path: { projectId, sample }, body: { name } }));
  const path = { projectId, dataSetId: found.id };
  for (; !found.currentImport; found = await unwrap(dataSetsGet({ path }))) {
    if (!isActive(found.latestImport)) throw new ImportFailedError(found.latestImport?.failureReason ?? '');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return found;
}
