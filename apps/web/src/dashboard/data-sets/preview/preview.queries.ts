import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { previewsCreate, previewsCreateOfNew, type PreviewsCreateOfNewData, unwrap } from '../../../api/client';

/** What the API takes of a file to show what its import will do. */
const START_BYTES = 262_144;

/** What somebody said of a file, as an upload's query takes it, and of which kind a new data set's rows are. */
export type Said = Omit<NonNullable<PreviewsCreateOfNewData['query']>, 'fileBytes'>;

/** @param dataSetId whose rows the file replaces; undefined where it becomes a new data set */
export const previewQuery = (projectId: string, dataSetId: string | undefined, file: File, said: Said) =>
  queryOptions({
    queryKey: ['preview', dataSetId, file.name, file.size, file.lastModified, said],
    queryFn: () => {
      const { kind, ...query } = { ...said, fileBytes: file.size };
      const call = { body: file.slice(0, START_BYTES), headers: { 'Content-Type': 'application/octet-stream' } };
      return unwrap(
        dataSetId === undefined
          ? previewsCreateOfNew({ ...call, path: { projectId }, query: { ...query, ...(kind && { kind }) } })
          : previewsCreate({ ...call, path: { projectId, dataSetId }, query }),
      );
    },
    placeholderData: keepPreviousData,
    gcTime: 0,
    staleTime: Infinity,
    retry: false,
  });
