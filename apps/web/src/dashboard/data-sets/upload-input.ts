import type { DataSetsUploadData } from '../../api/client';

/** A file on its way to a data set. */
export interface UploadInput {
  path: DataSetsUploadData['path'];
  file: File;
  /** Which header holds which column, and how the file is written. */
  query: NonNullable<DataSetsUploadData['query']>;
  /** Gets the share that has been sent, 0 to 1. */
  onProgress: (share: number) => void;
  /** Gets whether the line is broken, of a large file. */
  onBroken?: (isBroken: boolean) => void;
}
