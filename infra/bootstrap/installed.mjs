// Whether what is installed is what package-lock.json names. Plain JavaScript, as all that runs before anything is installed.
import fs from 'node:fs';
import path from 'node:path';

/** In words, each package that npm installed and the lock file does not name so: by place, version and digest. */
export function findStrangers(lock, installed) {
  return Object.entries(installed.packages).flatMap(([place, { version, integrity }]) => {
    const named = lock.packages[place];
    if (!named) return [`${place} ${version}, which the lock file does not name`];
    if (named.version !== version) return [`${place} ${version} instead of ${named.version}`];
    if (named.integrity !== integrity) return [`${place} ${version} with another digest`];
    return [];
  });
}

/** The same of a folder, by the list that npm leaves of what it installed. */
export function findStrangersIn(root) {
  const read = (file) => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'));
  return findStrangers(read('package-lock.json'), read('node_modules/.package-lock.json'));
}
