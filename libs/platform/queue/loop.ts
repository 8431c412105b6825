/** The least before work that failed is tried again, unless it is woken. */
const RECOVERY_MS = 2_000;

/** Calls `work` again and again, never twice at once: after `everyMs`, or as soon as it is woken. */
export class Loop {
  private wakeUp = () => {};
  private isWoken = false;
  private isStopping = false;
  private readonly end: Promise<void>;

  constructor(
    private readonly work: () => Promise<void>,
    private readonly everyMs: number,
    /** A failed call is the next one's work. */
    private readonly onError: (error: Error) => void,
  ) {
    this.end = this.run();
  }

  /** There may be more to do. */
  wake(): void {
    this.isWoken = true;
    this.wakeUp();
  }

  /** Resolves when the call under way has ended; none follows. */
  stop(): Promise<void> {
    this.isStopping = true;
    this.wakeUp();
    return this.end;
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      this.isWoken = false;
      const waitMs = await this.work().then(
        () => this.everyMs,
        (error: Error) => {
          this.onError(error);
          return Math.max(RECOVERY_MS, this.everyMs);
        },
      );
      if (!this.isStopping && !this.isWoken) await this.pause(waitMs);
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
