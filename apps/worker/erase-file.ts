import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { leaveUserOut } from '../../libs/features/data-sets/process.js';
import type { Erased, EraseTask } from '../../libs/features/end-users/worker.js';
import { eraseUser } from '../../libs/models/erasers.js';

/** Writes a copy of the file without the person to the target; null where the file holds nothing of them. */
export async function eraseFile(task: EraseTask): Promise<Erased> {
  if (task.kind === 'content') return leaveUserOut(task);
  const artifact = eraseUser(task.family, await readFile(task.file), task.userId);
  if (!artifact) return null;
  await writeFile(task.target, artifact);
  const sha256 = createHash('sha256').update(artifact).digest('hex');
  return { bytes: artifact.byteLength, sha256, rowsTaken: 0, rows: 0, statistics: {} };
}
