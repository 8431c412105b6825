import type { ChildProcess } from 'node:child_process';
import { Inject, Injectable } from '@nestjs/common';
import {
  type Content,
  ContentError,
  ImportCrashedError,
  ImportRunner,
  type ImportTask,
  type ImportWatch,
} from '../../libs/features/data-sets/worker.js';
import { CONFIG, type Config } from '../../libs/platform/config/config.js';
import { explainExit, forkChild, keepErrorOutput, watchMemory } from '../../libs/platform/processes/children.js';
import type { ImportMessage, ImportOrder } from './import-messages.js';

/** Of the cap; the rest is Node's own and what the engine does not count. */
const ENGINE_SHARE = 0.6;

/** Reads files in a process of its own: what makes it crash, swell or never end takes nothing else with it. */
@Injectable()
export class ProcessImportRunner extends ImportRunner {
  constructor(@Inject(CONFIG) private readonly config: Config) {
    super();
  }

  override async run(task: ImportTask, watch: ImportWatch): Promise<Content> {
    watch.signal.throwIfAborted();
    const child = forkChild('apps/worker/import.process.js');
    try {
      return await this.follow(child, task, watch);
    } finally {
      child.kill('SIGKILL');
    }
  }

  private follow(child: ChildProcess, task: ImportTask, { signal, onProgress }: ImportWatch): Promise<Content> {
    const { KINDRED_IMPORT_MEMORY_BYTES: bytesMax, KINDRED_IMPORT_SECONDS: seconds } = this.config;
    const errorOutput = keepErrorOutput(child);
    return new Promise((resolve, reject) => {
      const crash = (what: string) => reject(new ImportCrashedError(what));
      const timer = setTimeout(
        () => crash(`The file was not read within ${seconds} seconds, the longest that an import may take. Split it.`),
        1000 * seconds,
      );
      watchMemory(child, bytesMax, () =>
        crash(`Reading the file took more than ${inMegabytes(bytesMax)} of memory. Split it, or leave columns out.`),
      );
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      child.on('message', (message: ImportMessage) => {
        if (message.kind === 'content') resolve(message.content);
        else if (message.kind === 'progress') onProgress(message.progress);
        else if (message.kind === 'refused') reject(new ContentError(message.reason));
        else crash(message.reason);
      });
      child.on('error', reject);
      child.on('close', (code, killed) =>
        crash(`The process that read the file ${explainExit(code, killed, errorOutput())}. Split the file.`),
      );
      child.once('close', () => clearTimeout(timer));
      const order: ImportOrder = { task, memoryBytes: Math.floor(ENGINE_SHARE * bytesMax) };
      child.send(order, () => undefined);
    });
  }
}

function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
