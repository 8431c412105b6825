// Whether what is installed is what package-lock.json names. Plain JavaScript, as all that runs before anything is installed.
import fs from 'node:fs';
import path from 'node:path';

/**
 * In words, each package that npm installed and the lock file does not name so: by place, version and digest. A build for one
 * platform may lack an entry of its own, where the lock file was made without it at hand; then the exact version stands in the
 * entry of the package that it belongs to.
 */
export function findStrangers(lock, installed) {
  const builds = new Set();
  for (const { optionalDependencies = {} } of Object.values(lock.packages))
    for (const [name, version] of Object.entries(optionalDependencies)) builds.add(`${name}@${version}`);
  const isBuild = (place) => builds.has(`${nameOf(place)}@${installed.packages[place]?.version}`);
  return Object.entries(installed.packages).flatMap(([place, { version, integrity, inBundle }]) => {
    const named = lock.packages[place];
    // What comes in a bundle has no digest but its parent's.
    if (!named && isBuild(inBundle ? parentOf(place) : place)) return [];
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

function nameOf(place) {
  return place.split('node_modules/').at(-1);
}

function parentOf(place) {
  return place.slice(0, place.lastIndexOf('/node_modules/'));
}
