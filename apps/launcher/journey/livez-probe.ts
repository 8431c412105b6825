/** Calls `/livez` ten times a second and remembers the slowest answer. */
export class LivezProbe {
  count = 0;
  private slowestMs = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(url: string) {
    this.timer = setInterval(() => void this.call(url), 100);
  }

  /** @returns the slowest answer in milliseconds; infinite where one failed */
  stop(): number {
    clearInterval(this.timer);
    return this.slowestMs;
  }

  private async call(url: string): Promise<void> {
    const startedMs = performance.now();
    const isAlive = await fetch(`${url}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
    this.count++;
    this.slowestMs = Math.max(this.slowestMs, isAlive ? performance.now() - startedMs : Infinity);
  }
}
