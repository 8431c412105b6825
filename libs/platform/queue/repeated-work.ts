import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Loop } from './loop.js';

/** A provider whose work is done again and again, from the start of the process to its end. What fails is logged, and is the next turn's work. */
@Injectable()
export abstract class RepeatedWork implements OnApplicationBootstrap, BeforeApplicationShutdown {
  protected readonly logger = new Logger(this.constructor.name);
  /** Between two turns. */
  protected abstract readonly everyMs: number;
  private loop?: Loop;
  private static readonly running = new Set<RepeatedWork>();

  /** The clock was moved: more of everything may be due. */
  static wakeAll(): void {
    for (const each of RepeatedWork.running) each.wake();
  }

  protected abstract work(): Promise<void>;

  onApplicationBootstrap(): void | Promise<void> {
    this.loop = new Loop(() => this.work(), this.everyMs, this.warn);
    RepeatedWork.running.add(this);
  }

  /** Waits for the turn that is under way. */
  async beforeApplicationShutdown(): Promise<void> {
    RepeatedWork.running.delete(this);
    await this.loop?.stop();
  }

  /** There may be more to do: the next turn comes at once. */
  protected wake(): void {
    this.loop?.wake();
  }

  protected readonly warn = ({ message }: Error): void => this.logger.warn(message);
}
