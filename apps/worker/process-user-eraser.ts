import { Injectable } from '@nestjs/common';
import { type Erased, type EraseTask, UserEraser } from '../../libs/features/end-users/worker.js';
import { explainExit, forkChild, keepErrorOutput } from './children.js';

/** Writes files anew in a process of its own. */
@Injectable()
export class ProcessUserEraser extends UserEraser {
  override async erase(task: EraseTask): Promise<Erased> {
    const child = forkChild('./erase.process.js');
    const errorOutput = keepErrorOutput(child);
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
      child.kill('SIGKILL');
    }
  }
}
