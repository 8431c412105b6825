/** Hands a report to whoever steps the job and waits to be stepped again. Rejects with the signal's reason once aborted. */
export type Pause<Report> = (report: Report) => Promise<void>;

/** Work that runs only while somebody steps it, from one report to the next. */
export class SteppedJob<Report, Result> {
  result: Result | undefined;
  private readonly signal: AbortSignal | undefined;
  private running: Promise<void> | undefined;
  private goOn: () => void = () => {};
  private hand: (report: Report) => void = () => {};

  constructor(
    private readonly work: (pause: Pause<Report>) => Promise<Result>,
    signal?: AbortSignal,
  ) {
    this.signal = signal;
  }

  /** Runs to the next report, or to the end and undefined; rejects with what the work threw. */
  async step(): Promise<Report | undefined> {
    if (!this.running) this.signal?.throwIfAborted();
    const reported = new Promise<Report>((resolve) => (this.hand = resolve));
    // Paused work is resumed even when it is to end, so that it can release what it holds.
    if (this.running) this.goOn();
    else this.running = this.run();
    return Promise.race([reported, this.running.then(() => undefined)]);
  }

  private async run(): Promise<void> {
    this.result = await this.work(async (report) => {
      const resumed = new Promise<void>((resolve) => (this.goOn = resolve));
      this.hand(report);
      await resumed;
      this.signal?.throwIfAborted();
    });
  }
}
