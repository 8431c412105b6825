import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { leaveUserOut } from '../../libs/features/data-sets/process.js';
import type { Erased, EraseTask } from '../../libs/features/end-users/worker.js';
import { eraseUser } from '../../libs/models/erasers.js';
import { beChild } from './children.js';

beChild();

process.on('message', (task: EraseTask) => {
  void erase(task)
    .then((erased) => process.send!({ erased }, () => process.exit(0)))
    .catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
});

async function erase(task: EraseTask): Promise<Erased> {
  if (task.kind === 'content') return leaveUserOut(task);
  const artifact = eraseUser(task.family, await readFile(task.file), task.userId);
  if (!artifact) return null;
  await writeFile(task.target, artifact);
  const sha256 = createHash('sha256').update(artifact).digest('hex');
  return { bytes: artifact.byteLength, sha256, rowsTaken: 0, rows: 0, statistics: {} };
}
