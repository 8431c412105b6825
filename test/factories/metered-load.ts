import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { IS_FULL } from './faults-report.js';

const RETRY_MS = 50;
/** In the short form the processors are left to what comes back from its fault. */
const PAUSE_MS = IS_FULL ? 0 : 30;

/**
 * Clients that call for recommendations, without pause where the faults are run at length, each call named by an id, and call again under the same id until it is
 * answered: what a customer's program does that wants each call once.
 */
export class MeteredLoad {
  /** Ids of calls that were answered with a 2xx. */
  readonly acknowledged = new Set<string>();
  /** Answers that were errors, by status; 0 for none at all. */
  readonly errors = new Map<number, number>();
  readonly latenciesMs: number[] = [];
  private isOver = false;
  private hasGivenUp = false;
  private readonly clients: Promise<void>[];

  /** @param urlOf where the client of that number calls */
  constructor(
    private readonly urlOf: (client: number) => string,
    private readonly deploymentId: string,
    private readonly key: string,
    clients: number,
  ) {
    this.clients = Array.from({ length: clients }, (_, client) => this.run(client));
  }

  /** Ends when every call that was begun has been answered. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.clients);
  }

  /** Ends where nobody will answer any more. */
  giveUp(): void {
    this.isOver = true;
    this.hasGivenUp = true;
  }

  private async run(client: number): Promise<void> {
    while (!this.isOver) {
      const id = uuidv7();
      while (!this.hasGivenUp && !(await this.call(client, id))) await sleep(RETRY_MS);
      this.acknowledged.add(id);
      if (PAUSE_MS > 0) await sleep(PAUSE_MS);
    }
  }

  private async call(client: number, id: string): Promise<boolean> {
    const startMs = performance.now();
    const status = await fetch(`${this.urlOf(client)}/v1/deployments/${this.deploymentId}/recommendations`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.key}`,
        'content-type': 'application/json',
        'idempotency-key': id,
      },
      body: JSON.stringify({ userId: `user-${client}`, limit: 1 }),
    }).then(
      async (response) => {
        // An answer counts when all of it has come.
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
    if (status === 200) this.latenciesMs.push(performance.now() - startMs);
    else this.errors.set(status, (this.errors.get(status) ?? 0) + 1);
    return status === 200;
  }
}
