import type { DataSet } from '../../api/client';

type Rows = Pick<DataSet, 'kind' | 'currentImport' | 'addedRows'>;

/** Whether a model could learn from it, be it rows of a file or such as came by themselves. */
export const hasRows = ({ currentImport, addedRows }: Rows) => currentImport !== null || addedRows > 0;

/** How many it holds, as a list shows it; of other kinds than events, added rows may stand in for those of the file. */
export function rowsOf({ kind, currentImport, addedRows }: Rows): number {
  const ofFile = currentImport?.rowsHeld ?? 0;
  return kind === 'interactions' ? ofFile + addedRows : currentImport ? ofFile : addedRows;
}
