import { existsSync } from 'node:fs';
import path from 'node:path';

/** The folder of package.json, from the sources as from their compiled copy. */
export const ROOT = findRoot();

function findRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error(`No package.json lies above ${import.meta.dirname}.`);
    folder = parent;
  }
  return folder;
}
