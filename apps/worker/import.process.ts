import { ContentError, readContent } from '../../libs/features/data-sets/process.js';
import type { ImportProgress } from '../../libs/features/data-sets/worker.js';
import { isDiskFull } from '../../libs/platform/object-store/disk-full.js';
import { beChild } from '../../libs/platform/processes/children.js';
import { isOutOfMemory } from '../../libs/platform/tables/tables.js';
import type { ImportMessage, ImportOrder } from './import-messages.js';

beChild();

process.on('message', ({ task, memoryBytes }: ImportOrder) => {
  const onProgress = (progress: ImportProgress) =>
    void process.send!({ kind: 'progress', progress } satisfies ImportMessage);
  void readContent(task, memoryBytes, onProgress)
    .then((content): ImportMessage => ({ kind: 'content', content }), explain)
    .then((message) => process.send!(message, () => process.exit(0)));
});

function explain(error: Error): ImportMessage {
  if (error instanceof ContentError) return { kind: 'refused', reason: error.message };
  console.error(error);
  if (isDiskFull(error)) {
    const reason =
      'The machine that read the file ran out of disk space, an internal error of ours. Send it again later.';
    return { kind: 'crashed', reason };
  }
  if (isOutOfMemory(error)) {
    return {
      kind: 'crashed',
      reason: 'Reading the file took more memory than an import may. Split it, or leave columns out.',
    };
  }
  return {
    kind: 'crashed',
    reason: 'Reading the file met an internal error. Quote the import to support.',
  };
}
