import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Makes sure that one platform at a time runs on a data folder.
 *
 * @returns what lets the folder go
 * @throws Error naming the process that holds it
 */
export function lockDirectory(directory: string): () => void {
  const file = path.join(directory, 'launcher.pid');
  try {
    claim(file);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    const holder = Number(readFileSync(file, 'utf8'));
    if (isLauncher(holder)) {
      throw new Error(
        `${directory} is in use by process ${holder}: stop that one first, or set KINDRED_DATA_DIR to another folder.`,
        {
          cause: error,
        },
      );
    }
    // Its holder was killed.
    rmSync(file, { force: true });
    claim(file);
  }
  return () => rmSync(file, { force: true });
}

/** The file appears with its content or not at all, and only for one. */
function claim(file: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, String(process.pid), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } finally {
    rmSync(draft);
  }
}

/** Process ids are used again: where the system tells, the process must also be one of ours. */
function isLauncher(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('launch.js');
  } catch {
    return true;
  }
}
