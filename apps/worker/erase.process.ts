import type { EraseTask } from '../../libs/features/end-users/worker.js';
import { beChild } from '../../libs/platform/processes/children.js';
import { eraseFile } from './erase-file.js';

beChild();

process.on('message', (task: EraseTask) => {
  void eraseFile(task)
    .then((erased) => process.send!({ erased }, () => process.exit(0)))
    .catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
});
