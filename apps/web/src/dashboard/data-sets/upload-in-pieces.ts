import type { DetailedError, Upload as TusUpload } from 'tus-js-client';
import { buildUrl, type DataSetsUploadResponse } from '../../api/client';
import { NO_ANSWER, toProblemError } from '../../api/problem';
import type { UploadInput } from './upload-input';

/** As the server keeps what came. */
const PIECE_BYTES = 8 * 1024 ** 2;
/** After a broken line, each time that nothing of a piece came: for some ten minutes. */
const RETRY_MS = [500, 1_000, 2_000, 5_000, ...Array.from({ length: 60 }, () => 10_000)];
/** Too many at once, another writer a moment ago, or a server that is not there. */
const IS_PASSING = (status: number) => status === NO_ANSWER || status >= 500 || [409, 423, 429].includes(status);

/**
 * Sends a file as the new content of a data set, and goes on by itself where the line broke: also after the page was closed, once the same file is sent to the
 * same place in the same way.
 *
 * @throws ProblemError
 */
export async function uploadInPieces({
  path,
  file,
  query,
  onProgress,
  onBroken,
}: UploadInput): Promise<DataSetsUploadResponse> {
  const { Upload } = await import('tus-js-client');
  const endpoint = buildUrl({ url: '/v1/projects/{projectId}/data-sets/{dataSetId}/uploads', path });
  return new Promise((resolve, reject) => {
    const upload: TusUpload = new Upload(file, {
      endpoint,
      chunkSize: PIECE_BYTES,
      metadata: { filename: file.name, ...(query as Record<string, string>) },
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      fingerprint: () => Promise.resolve(JSON.stringify([endpoint, file.name, file.size, file.lastModified, query])),
      onShouldRetry: (error) => {
        const isPassing = IS_PASSING(statusOf(error));
        if (isPassing) onBroken?.(true);
        return isPassing;
      },
      onProgress: (sent) => onProgress(file.size === 0 ? 1 : sent / file.size),
      onChunkComplete: () => onBroken?.(false),
      onSuccess: ({ lastResponse }) =>
        resolve({ importId: lastResponse.getHeader('kindred-import') ?? '', status: 'queued' }),
      onError: (error) => reject(problemOf(error)),
    });
    void startOrGoOn(upload).catch(reject);
  });
}

async function startOrGoOn(upload: TusUpload): Promise<void> {
  const [previous] = await upload.findPreviousUploads();
  if (previous) upload.resumeFromPreviousUpload(previous);
  upload.start();
}

const statusOf = (error: Error) => (error as DetailedError).originalResponse?.getStatus() ?? NO_ANSWER;

function problemOf(error: Error) {
  const answer = (error as DetailedError).originalResponse;
  return toProblemError(parsed(answer?.getBody()), answer ? { status: answer.getStatus() } : undefined);
}

function parsed(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? '');
  } catch {
    return null;
  }
}
