import { buildUrl, type DataSetsUploadData, type DataSetsUploadResponse } from '../../api/client';
import { toProblemError } from '../../api/problem';
import type { UploadInput } from './upload-input';

/** Above it, a file is sent so that it goes on where a line broke. */
const ONE_CALL_BYTES = 16 * 1024 ** 2;

/**
 * Sends a file as the new content of a data set, a large one in pieces.
 *
 * @throws ProblemError
 */
export async function uploadContent(input: UploadInput): Promise<DataSetsUploadResponse> {
  if (input.file.size <= ONE_CALL_BYTES) return uploadInOneCall(input);
  return (await import('./upload-in-pieces')).uploadInPieces(input);
}

/**
 * By XMLHttpRequest, because fetch does not tell how much was sent.
 *
 * @throws ProblemError
 */
function uploadInOneCall({ path, file, query, onProgress }: UploadInput): Promise<DataSetsUploadResponse> {
  const url = buildUrl<Omit<DataSetsUploadData, 'body'>>({
    url: '/v1/projects/{projectId}/data-sets/{dataSetId}/content',
    path,
    query,
  });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total);
    request.onload = () => {
      if (request.status < 300) resolve(request.response as DataSetsUploadResponse);
      else reject(toProblemError(request.response, request));
    };
    request.onerror = () => reject(toProblemError(null, undefined));
    request.send(file);
  });
}
