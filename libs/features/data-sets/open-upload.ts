import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { LocalFile, ObjectStore } from '../../platform/object-store/object-store.js';
import type { ClaimedImport } from './data-sets.repository.js';

type From = Pick<ClaimedImport, 'uploadKey' | 'partKeys'>;

/** An import's file; one that came in pieces is put together in the folder, with which it goes. */
export async function openUpload(
  objects: ObjectStore,
  { uploadKey, partKeys }: From,
  folder: string,
): Promise<LocalFile> {
  if (partKeys.length === 0) return objects.open(uploadKey);
  const file = path.join(folder, 'upload');
  for (const key of partKeys) {
    const part = await objects.open(key);
    await pipeline(createReadStream(part.path), createWriteStream(file, { flags: 'a', mode: 0o600 })).finally(() =>
      part.release(),
    );
  }
  return { path: file, release: async () => {} };
}

/** Once the import has ended. */
export async function deleteUpload(objects: ObjectStore, { uploadKey, partKeys }: From): Promise<void> {
  for (const key of partKeys.length > 0 ? partKeys : [uploadKey]) await objects.delete(key);
}
