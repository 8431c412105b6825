import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { BOUNDS } from '../../platform/bounds.js';
import { explainExit, forkChild, keepErrorOutput, watchMemory } from '../../platform/processes/children.js';
import { Turns } from '../../platform/queue/turns.js';
import type { PreviewTask } from './content-preview.js';
import { tooManyPreviews } from './data-sets.errors.js';
import { NOTHING_SEEN, type Preview } from './previews.schema.js';

/** What a preview's process may hold and take; it computes on one thread. */
const MEMORY_BYTES = 512 * 1024 ** 2;
const MOST_MS = 20_000;
/** Of this process, whoever asked for them. */
const AT_ONCE = 2;

const TOO_HEAVY =
  'To look at it took more memory or time than a preview may have: what is in it is seen when the file is imported.';

/** What a preview's process says; null where it had no room. */
export interface PreviewMessage {
  preview: Preview | null;
}

/**
 * Looks into the starts of files, each in a process of its own, bounded in memory and time: what one makes it do takes nothing else with it.
 * One of an organization goes after another.
 */
@Injectable()
export class Previewer {
  private readonly logger = new Logger(Previewer.name);
  private readonly turns = new Turns(BOUNDS.previewsWaiting.most, tooManyPreviews);
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /**
   * @param start the first bytes of the file, or all of it
   * @returns that nothing can be seen where the file takes more than a preview may
   * @throws Problem 429 where too many of the organization wait already
   */
  preview(tenantId: string, start: Buffer, task: Omit<PreviewTask, 'file' | 'scratch'>): Promise<Preview> {
    return this.turns.run(tenantId, () => this.whenFree(() => this.run(start, task)));
  }

  private async whenFree<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < AT_ONCE) this.running++;
    else await new Promise<void>((free) => this.waiting.push(free));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }

  private async run(start: Buffer, order: Omit<PreviewTask, 'file' | 'scratch'>): Promise<Preview> {
    const scratch = await mkdtemp(path.join(os.tmpdir(), 'kindred-preview-'));
    try {
      const file = path.join(scratch, 'start-of-file');
      await writeFile(file, start);
      return await this.follow({ ...order, file, scratch });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  private async follow(task: PreviewTask): Promise<Preview> {
    const child = forkChild('libs/features/data-sets/preview.process.js');
    const errorOutput = keepErrorOutput(child);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Preview>((resolve, reject) => {
        const giveUp = (why: string) => {
          this.logger.warn(`a preview ${why}`);
          resolve({ ...NOTHING_SEEN, kind: task.kind ?? NOTHING_SEEN.kind, unseen: TOO_HEAVY });
        };
        timer = setTimeout(() => giveUp(`took more than ${MOST_MS} ms`), MOST_MS);
        watchMemory(child, MEMORY_BYTES, (bytes) => giveUp(`held ${bytes} bytes`));
        child.on('message', ({ preview }: PreviewMessage) => (preview ? resolve(preview) : giveUp('had no room')));
        child.on('error', reject);
        child.on('close', (code, signal) => giveUp(explainExit(code, signal, errorOutput())));
        child.send(task, () => undefined);
      });
    } finally {
      clearTimeout(timer);
      child.kill('SIGKILL');
    }
  }
}
