import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Where the data sets lie that may be measured on but not copied: next to the repository. */
const SHARED = path.resolve(import.meta.dirname, '../../../shared/data');

export function hasSharedFile(name: string): boolean {
  return existsSync(path.join(SHARED, name));
}

/** The lines of a gzipped file of the shared folder. */
export function linesOf(name: string): string[] {
  return readLines(path.join(SHARED, name));
}

export function readLines(file: string): string[] {
  return gunzipSync(readFileSync(file)).toString().trim().split('\n');
}
