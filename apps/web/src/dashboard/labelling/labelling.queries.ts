import { queryOptions } from '@tanstack/react-query';
import { labellingGet, labellingImport, type LabellingImportData, unwrap } from '../../api/client';

export const labellingQuery = (projectId: string, dataSetId: string) =>
  queryOptions({
    queryKey: ['labelling', projectId, dataSetId],
    queryFn: () => unwrap(labellingGet({ path: { projectId, dataSetId } })),
  });

/** Sends a file of texts as it is. */
export const importTexts = (
  path: LabellingImportData['path'],
  format: LabellingImportData['query']['format'],
  body: Blob,
) =>
  unwrap(labellingImport({ path, query: { format }, body, headers: { 'Content-Type': 'application/octet-stream' } }));
