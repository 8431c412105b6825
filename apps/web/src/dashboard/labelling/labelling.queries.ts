import { queryOptions } from '@tanstack/react-query';
import { labellingAdd, type LabellingAddData, labellingGet, unwrap } from '../../api/client';

export const labellingQuery = (projectId: string, dataSetId: string) =>
  queryOptions({
    queryKey: ['labelling', projectId, dataSetId],
    queryFn: () => unwrap(labellingGet({ path: { projectId, dataSetId } })),
  });

type Format = NonNullable<NonNullable<LabellingAddData['query']>['format']>;

/** Sends a file of texts as it is. */
export const importTexts = (path: LabellingAddData['path'], format: Format, body: Blob) =>
  unwrap(labellingAdd({ path, query: { format }, body, headers: { 'Content-Type': 'application/octet-stream' } }));
