/** How long a GPU's queue had work: from a submission to an idle queue until all that was submitted meanwhile ran. */
export class BusyTime {
  private busyMs = 0;
  private sinceMs: number | null = null;
  private submissions = 0;

  /** Whoever submits to the queue is counted, a library of its own too. */
  constructor(private readonly queue: GPUQueue) {
    const submit = queue.submit.bind(queue);
    queue.submit = (buffers) => {
      submit(buffers);
      this.submissions++;
      if (this.sinceMs === null) void this.watch();
    };
  }

  get seconds(): number {
    return (this.busyMs + (this.sinceMs === null ? 0 : performance.now() - this.sinceMs)) / 1000;
  }

  private async watch(): Promise<void> {
    this.sinceMs = performance.now();
    let seen;
    do {
      seen = this.submissions;
      // A lost device has nothing left to do.
      await this.queue.onSubmittedWorkDone().catch(() => {});
    } while (seen !== this.submissions);
    this.busyMs += performance.now() - this.sinceMs;
    this.sinceMs = null;
  }
}
