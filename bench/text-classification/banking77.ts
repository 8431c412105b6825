import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ROOT } from '../../libs/compute/engine/root.js';

/** Next to the repository, where docs/quality.md says that data sets lie. */
const FOLDER = path.join(ROOT, '../shared/data/banking77');

export interface Labelled {
  text: string;
  label: string;
}

/** Banking77's official split; null where it is not on this machine. */
export function readBanking77(): { train: Labelled[]; test: Labelled[] } | null {
  if (!existsSync(FOLDER)) return null;
  return { train: readCsv('train.csv.gz'), test: readCsv('test.csv.gz') };
}

/** Text and label of each row, after one of names; quoted texts may hold line ends. */
function readCsv(file: string): Labelled[] {
  const csv = gunzipSync(readFileSync(path.join(FOLDER, file))).toString();
  const rows = csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*)),(\w+\??)\r?\n/g);
  return Array.from(rows, ([, quoted, plain, label]) => ({
    text: quoted?.replaceAll('""', '"') ?? plain,
    label,
  })).slice(1);
}
