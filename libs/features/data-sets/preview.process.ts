import { isDiskFull } from '../../platform/object-store/disk-full.js';
import { beChild } from '../../platform/processes/children.js';
import { isOutOfMemory } from '../../platform/tables/tables.js';
import { previewContent, type PreviewTask } from './content-preview.js';
import type { PreviewMessage } from './previewer.js';

/** Before imports and trainings: somebody looks at a screen. */
const NICENESS = 5;

beChild(NICENESS);

process.on('message', (task: PreviewTask) => {
  void previewContent(task)
    .then((preview): PreviewMessage => ({ preview }), explain)
    .then((message) => process.send!(message, () => process.exit(0)));
});

function explain(error: Error): PreviewMessage {
  if (isOutOfMemory(error) || isDiskFull(error)) return { preview: null };
  throw error;
}
