import { Problem } from '../../platform/errors/problem.js';

export const uploadTooLarge = (bytesMax: number) =>
  new Problem(
    413,
    'upload_too_large',
    `The file is larger than ${bytesMax} bytes: split it, or ask us to raise the limit.`,
  );

export const uploadNotFile = () =>
  new Problem(
    415,
    'upload_not_a_file',
    'Send the file itself as the request body, with "Content-Type: text/csv" or application/octet-stream, and without Content-Encoding: what is packed is told by its bytes.',
  );

export const uploadBrokenOff = () =>
  new Problem(
    400,
    'upload_broken_off',
    'The upload ended before the whole file had arrived. The data set is unchanged: send the file again.',
  );

export const wrongDigest = () =>
  new Problem(
    400,
    'wrong_digest',
    'The bytes that arrived are not those of Content-Digest: something on the way has changed them. The data set is unchanged: send the file again.',
  );

export const unknownDigest = () =>
  new Problem(
    400,
    'invalid_request',
    'Content-Digest holds no digest that is known: send "sha-256=:…:" or "sha-512=:…:", in Base64, or leave it out.',
  );

export const tooManyUploads = (most: number) =>
  new Problem(
    429,
    'too_many_uploads',
    `Your organization is already uploading ${most} files: wait until one of them has finished.`,
    {
      headers: { 'retry-after': '5' },
    },
  );

export const previewTooLarge = (most: number) =>
  new Problem(
    413,
    'preview_too_large',
    `A preview takes the first ${most} bytes of a file: send no more of it, and its size with fileBytes.`,
  );

export const tooManyPreviews = (most: number) =>
  new Problem(
    429,
    'too_many_previews',
    `${most} previews of your organization wait for earlier ones already: send the next when some are answered.`,
    { headers: { 'retry-after': '2' } },
  );

export const storageFull = () =>
  new Problem(507, 'storage_full', 'There is no room to store the file. The data set is unchanged: try again later.');

export const noSuchColumn = (kind: string, column: string, columns: string[]) =>
  new Problem(
    400,
    'invalid_request',
    `A data set of kind ${kind} has no column ${column}; it has ${columns.join(', ')}.`,
  );

/** While a release comes in that brings the kind, or after it was taken back. */
export const unknownKind = (kind: string) =>
  new Problem(503, 'unknown_kind', `This server does not know data sets of kind ${kind} yet: try again in a minute.`, {
    headers: { 'retry-after': '60' },
  });

export const notToBeRestored = (status: string) =>
  new Problem(
    409,
    'import_not_restorable',
    `The import is ${status}: only rows that were imported can be the data set's again.`,
  );

export const importEnded = (status: string) =>
  new Problem(
    409,
    'import_ended',
    `The import is already ${status}: only one that is queued or running can be cancelled.`,
  );

export const noRoomToRestore = (rows: number, left: number) =>
  new Problem(
    402,
    'quota_exceeded',
    `The import has ${rows} rows, and the plan leaves room for ${left} besides your other data sets. The data set is as it was.`,
  );

export const comesInFiles = (kind: string) =>
  new Problem(409, 'comes_in_files', `Rows of the kind ${kind} come in files alone: upload one.`);

export const tooManyAddedRows = (most: number) =>
  new Problem(
    409,
    'too_many_added_rows',
    `The data set holds ${most} rows that were added by themselves, the most that it may. Upload a file that has them, then delete the data set that holds them.`,
  );

export const countsNothing = () =>
  new Problem(
    409,
    'counts_nothing',
    'countedBy must name a data set of interactions, and the rows must be items: those are what interactions are counted for.',
  );

const COLUMNS_NAMED = 20;

export const noSuchSort = (column: string, columns: string[]) =>
  new Problem(
    400,
    'invalid_request',
    `The rows have no column ${column} to be ordered by; they have ${columns.slice(0, COLUMNS_NAMED).join(', ')}.`,
  );
export const takesNoEvents = (kind: string) =>
  new Problem(
    409,
    'wrong_kind',
    `Events are interactions, and the data set holds ${kind}: name one of interactions, or none.`,
  );

export const hasNoIds = (kind: string) =>
  new Problem(
    409,
    'wrong_kind',
    `Rows of the kind ${kind} are told apart by no id, so that none can be changed alone: upload a file.`,
  );

export const noAttribute = (name: string, message: string) =>
  new Problem(400, 'invalid_request', `attributes.${name}: ${message}`, {
    errors: [{ path: `attributes.${name}`, message }],
  });

export const beingErased = () =>
  new Problem(409, 'being_erased', 'This user is being erased: send the row again when the erasure is completed.');
