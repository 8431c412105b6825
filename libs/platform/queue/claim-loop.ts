import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 250;
/** Between tries to reach a database that is away. */
const RECOVERY_MS = 2_000;

/** A piece of work under way. */
export interface Running {
  /** Settles, never rejecting, when the row is no longer this worker's. */
  end: Promise<void>;
}

/** Takes the next row again and again while there is room for it, and waits where there is none. Which row is next the table itself decides. */
export class ClaimLoop<R extends Running> {
  readonly running = new Set<R>();
  private isStopping = false;
  private readonly end: Promise<void>;

  constructor(
    private readonly most: number,
    /** Claims a row and starts on it; null when there is none. */
    private readonly startNext: () => Promise<R | null>,
    private readonly onError: (error: Error) => void,
  ) {
    this.end = this.work();
  }

  /** Takes nothing more; resolves when all that is under way has ended. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.end;
    await Promise.all([...this.running].map(({ end }) => end));
  }

  private async work(): Promise<void> {
    while (!this.isStopping) {
      const waitMs = await this.startOne().catch((error: Error) => {
        this.onError(error);
        return RECOVERY_MS;
      });
      if (waitMs > 0) await Promise.race([sleep(waitMs), ...[...this.running].map(({ end }) => end)]);
    }
  }

  /** Returns how long to wait before the next look. */
  private async startOne(): Promise<number> {
    if (this.running.size >= this.most) return POLL_MS;
    const taken = await this.startNext();
    if (!taken) return POLL_MS;
    this.running.add(taken);
    void taken.end.then(() => this.running.delete(taken));
    return 0;
  }
}
