import type { Readable } from 'node:stream';

/** Injection token of the object store. */
export const OBJECT_STORE = Symbol('object-store');

/** A local copy of an object; `release` it when done. */
export interface LocalFile {
  path: string;
  release(): Promise<void>;
}

/** An object by its key. */
export interface StoredObject {
  key: string;
  modifiedMs: number;
}

/**
 * Immutable blobs by key: uploads, imported content, artifacts. A key's first part is the tenant's id. An object exists
 * wholly or not at all, whenever the writer is killed.
 */
export interface ObjectStore {
  /**
   * Stores the stream and returns its length in bytes; rejects, storing nothing, when the stream fails or exceeds `bytesMax`. Its
   * chunks are the store's from then on: their memory is given back as they are written.
   *
   * @throws ObjectTooLargeError
   */
  put(key: string, content: Readable, bytesMax?: number): Promise<number>;
  get(key: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The object as a file, for engines that read files. */
  open(key: string): Promise<LocalFile>;
  delete(key: string): Promise<void>;
  /** Every object whose key begins so, drafts of a writer that was killed among them, in no order. */
  list(prefix?: string): AsyncIterable<StoredObject>;
}

export class ObjectTooLargeError extends Error {
  constructor(readonly bytesMax: number) {
    super(`The content is larger than ${bytesMax} bytes.`);
  }
}
