import { buildUrl, type DataSetsUploadData, type DataSetsUploadResponse } from '../../api/client';
import { toProblemError } from '../../api/problem';

interface UploadInput {
  path: DataSetsUploadData['path'];
  file: File;
  /** Which header holds which column, and how the file is written. */
  query: NonNullable<DataSetsUploadData['query']>;
  /** Gets the share that has been sent, 0 to 1. */
  onProgress: (share: number) => void;
}

/**
 * Sends a file as the new content of a data set. By XMLHttpRequest, because fetch does not tell how much was sent.
 *
 * @throws ProblemError
 */
export function uploadContent({ path, file, query, onProgress }: UploadInput): Promise<DataSetsUploadResponse> {
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
