import { Injectable } from '@nestjs/common';
import { type Erased, type EraseTask, UserEraser } from '../../libs/features/end-users/worker.js';
import { explainExit, forkChild, keepErrorOutput } from '../../libs/platform/processes/children.js';

/** For one file, however large. */
const ERASE_MS = 10 * 60_000;

/** Writes files anew in a process of its own. */
@Injectable()
export class ProcessUserEraser extends UserEraser {
  override async erase(task: EraseTask): Promise<Erased> {
    const child = forkChild('apps/worker/erase.process.js');
    const errorOutput = keepErrorOutput(child);
    // One that hangs would keep all other people's erasures waiting.
    const timer = setTimeout(() => child.kill('SIGKILL'), ERASE_MS);
    try {
      return await new Promise<Erased>((resolve, reject) => {
        child.on('message', (message: { erased: Erased }) => resolve(message.erased));
        child.on('error', reject);
        child.on('close', (code, signal) =>
          reject(new Error(`the process that erases ${explainExit(code, signal, errorOutput())}`)),
        );
        child.send(task, () => undefined);
      });
    } finally {
      clearTimeout(timer);
      child.kill('SIGKILL');
    }
  }
}
