import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { IS_FULL } from './faults-report.js';

const RETRY_MS = 50;
/** The processors are left to what comes back from its fault. */
const PAUSE_MS = IS_FULL ? 10 : 50;
const BATCH = 50;

/**
 * Senders of events, each batch sent again until it is acknowledged. Every second one names its calls, and the others their events: the two
 * ways in which a program has each of its events once. Every event is about an item of its own, by which it is found.
 */
export class EventLoad {
  /** Items whose event was acknowledged, by how their sender names them. */
  readonly acknowledged = { calls: new Set<string>(), events: new Set<string>() };
  /** Answers that were errors, by status; 0 for none at all. */
  readonly errors = new Map<number, number>();
  private isOver = false;
  private hasGivenUp = false;
  private sent = 0;
  private readonly senders: Promise<void>[];

  /**
   * @param urlOf where the sender of that number sends to
   * @param keys of senders that name their calls, and of those that name their events
   */
  constructor(
    private readonly urlOf: (sender: number) => string,
    private readonly keys: { calls: string; events: string },
    senders: number,
  ) {
    this.senders = Array.from({ length: senders }, (_, sender) => this.run(sender));
  }

  get count(): number {
    return this.acknowledged.calls.size + this.acknowledged.events.size;
  }

  /** Ends when every batch that was begun has been acknowledged. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.senders);
  }

  /** Ends where nobody will acknowledge anything any more. */
  giveUp(): void {
    this.isOver = true;
    this.hasGivenUp = true;
  }

  private async run(sender: number): Promise<void> {
    const names = sender % 2 === 0 ? 'calls' : 'events';
    while (!this.isOver) {
      const items = Array.from({ length: BATCH }, () => `item-${this.sent++}`);
      const id = names === 'calls' ? uuidv7() : undefined;
      while (!this.hasGivenUp && !(await this.send(sender, names, items, id))) await sleep(RETRY_MS);
      if (!this.hasGivenUp) for (const item of items) this.acknowledged[names].add(item);
      if (PAUSE_MS > 0) await sleep(PAUSE_MS);
    }
  }

  private async send(
    sender: number,
    names: 'calls' | 'events',
    items: string[],
    id: string | undefined,
  ): Promise<boolean> {
    const interactions = items.map((itemId) => ({
      userId: `user-${sender}`,
      itemId,
      ...(names === 'events' && { interactionId: itemId }),
    }));
    const status = await fetch(this.urlOf(sender), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.keys[names]}`,
        'content-type': 'application/json',
        ...(id && { 'idempotency-key': id }),
      },
      body: JSON.stringify({ interactions }),
    }).then(
      async (response) => {
        // An answer counts when all of it has come.
        await response.arrayBuffer();
        return response.status;
      },
      () => 0,
    );
    if (status !== 202) this.errors.set(status, (this.errors.get(status) ?? 0) + 1);
    return status === 202;
  }
}
